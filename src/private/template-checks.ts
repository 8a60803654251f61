/** Everything that checks templates, so that the engine is loaded once, and by the first template. */
export { checkConstant, checkPrompt, checkStagePrompt, checkStageTemplate, renderConstant } from './prompt';
export { checkSpawnerTemplates } from './spawner-templates';
