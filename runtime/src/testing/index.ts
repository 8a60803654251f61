export { type GitServer, type GitServerOptions, startGitServer } from './git-server.ts';
export { GitHub, type GitHubOptions, type Installation, type IssuedToken, type RegisteredApp } from './github.ts';
export { JiraServer, type JiraServerOptions, type StoredIssue } from './jira-server.ts';
export { type AnsweredRequest, GitHubServer, type GitHubServerOptions, secondaryLimit } from './github-server.ts';
export { GitHubRepository, type NewComment, type NewIssue, type NewPull, type Permission } from './github-repository.ts';
export { type ConversationRequest, type Script, type ScriptedModel, type ScriptedModelOptions, startScriptedModel, type Turn } from './scripted-model.ts';
export type { Conversation, ModelFault, ToolCall, TurnUsage } from './wire-format.ts';
export { SlackServer, type SlackServerOptions } from './slack-server.ts';
export { type SlackSocketServer, startSlackSocketServer } from './slack-socket-server.ts';
