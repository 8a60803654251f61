/** The most CPU time that the main thread spent between two turns of its event loop, in milliseconds: a busy machine does not count. */
export function watchStalls(): () => number {
  let last = threadMs();
  let longest = 0;
  let isOver = false;
  const turn = (): void => {
    const now = threadMs();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  return () => {
    isOver = true;
    return longest;
  };
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
