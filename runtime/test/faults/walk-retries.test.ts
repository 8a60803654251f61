import { walkShapes } from './walk-shapes.ts';

walkShapes('retries and tokens');
