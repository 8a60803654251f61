export { type GitServer, type GitServerOptions, startGitServer } from './git-server.ts';
export { GitHub, type GitHubOptions, type Installation, type IssuedToken, type RegisteredApp } from './github.ts';
export type { ToolCall, TurnUsage } from './model-messages.ts';
export {
  type Conversation, type MessagesRequest, type ModelFault, type Script, type ScriptedModel, type ScriptedModelOptions, startScriptedModel, type Turn,
} from './scripted-model.ts';
