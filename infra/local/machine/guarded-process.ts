import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/**
 * The shell starts a copy of itself that waits for the end of its input, which is ours, and then becomes the
 * command. So the command has the process id that we know, and cannot outlive us, however we die.
 */
const script =
  'ulimit -c 0; exec 9<&0; (read -r _ <&9; kill -9 $$) 3>&- >/dev/null 2>&1 & exec "$0" "$@" 9<&- </dev/null';

/**
 * Starts a process that ends when this one does, even by SIGKILL. It is in a session of its own: Ctrl-C in a
 * terminal reaches only us, and we end the others in their order. Its input is closed.
 */
export const spawnGuarded = (
  command: string,
  args: readonly string[],
  {
    channel = false,
    ...options
  }: {
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    /** Gives the process file descriptor 3, a socket whose other end is `stdio[3]` here. */
    readonly channel?: boolean;
  } = {},
): ChildProcess => {
  const stdio: SpawnOptions['stdio'] = ['pipe', 'pipe', 'pipe', ...(channel ? (['pipe'] as const) : [])];
  if (process.platform === 'win32') return spawn(command, args, { ...options, stdio }); // which has no sh
  const child = spawn('sh', ['-c', script, command, ...args], { ...options, stdio, detached: true });
  child.once('exit', () => child.stdin?.destroy());
  return child;
};
