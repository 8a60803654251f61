import { writeFile } from 'node:fs/promises';

/** The kubelet keeps this much of the file that `terminationMessagePath` names. */
export const TERMINATION_MESSAGE_LIMIT_BYTES = 4096;

/**
 * Leaves the container's last word where the kubelet reads it.
 *
 * @returns whether it could be written. Without a kubelet there may be nowhere to write, and the exit code still tells.
 */
export async function writeTerminationMessage(path: string, message: string): Promise<boolean> {
  try {
    await writeFile(path, message);
    return true;
  } catch {
    return false;
  }
}
