/** The operator as a part of another program: of `taskwright dev`, or of a test. */
export type { AgentImage, Images } from '../tasks/pod/image.ts';
export { type Operator, type OperatorOptions, startOperator } from './operator.ts';
