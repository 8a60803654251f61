import { walkShapes } from './walk-shapes.ts';

walkShapes('triggers');
