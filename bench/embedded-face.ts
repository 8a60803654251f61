import { ApiServer } from '@taskwright/runtime/embedded';
import { systemClock } from '@taskwright/runtime/kube';

/** The embedded API server as a process: prints how to reach it, and ends with the one who started it. No Job ever gets a Pod here. */
const api = new ApiServer({ clock: systemClock, watchWindow: 100_000 });
api.startControllers();
const face = await api.listen();
process.stdout.write(`${JSON.stringify({ url: face.url, ca: face.ca, token: face.token })}\n`);
process.stdin.resume().once('end', () => process.exit());
