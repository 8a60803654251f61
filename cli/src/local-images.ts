import { agentImages, type ImageSource, type LocalImage, type LocalImages, localImages } from '@taskwright/runtime/embedded';
import type { Io } from './io.ts';

/** Our agents, and the images that `taskwright.dev.yaml` names a script for. `standIns` goes into the environment of each of their containers. */
export function imagesOfThisMachine(scripts: Readonly<Record<string, string>>, env: Io['env'], standIns: Readonly<Record<string, string>>): LocalImages {
  return localImages(withEnvironment({ ...agentImages({ env }), ...entrypoints(scripts) }, standIns));
}

function entrypoints(scripts: Readonly<Record<string, string>>): Record<string, LocalImage> {
  return Object.fromEntries(Object.entries(scripts).map(([name, file]) => [name, { files: { '/kelos_entrypoint.sh': file }, command: ['/kelos_entrypoint.sh'] }]));
}

function withEnvironment(images: Readonly<Record<string, ImageSource>>, env: Readonly<Record<string, string>>): Record<string, ImageSource> {
  const extended = (image: LocalImage): LocalImage => ('run' in image ? image : { ...image, env: { ...image.env, ...env } });
  return Object.fromEntries(Object.entries(images).map(([name, source]) => [
    name,
    typeof source === 'function' ? async (context) => extended(await source(context)) : extended(source),
  ]));
}
