import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.ts';

/** What runs an example: a program, its arguments, and its folder. */
export interface Command {
  program: string;
  args: string[];
  cwd: string;
}

interface Example {
  /** Its folder in `examples/apis/`. */
  folder: string;
  /** Prints the version of each tool that builds it. If one is missing, the example is skipped. */
  tools: readonly (readonly [string, ...string[]])[];
  /** Whether it checks DPoP proofs. The others must refuse bound tokens. */
  dpop: boolean;
  /** Builds it in a folder outside of the sources, and returns what starts it. */
  build(cwd: string): Promise<Command>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const cache = join(root, 'test-results/apis');
/** The first build downloads and compiles all dependencies, which takes minutes, and on a busy machine many. */
const buildMs = 1_800_000;

const node = (file: string): Example => ({
  folder: 'node',
  tools: [],
  dpop: true,
  // These import the packages of this repository's node_modules, so they run where they are.
  build: async () => ({ program: process.execPath, args: [file], cwd: join(root, 'examples/apis/node') }),
});

const examples = {
  'spring-boot': {
    folder: 'spring-boot',
    tools: [
      ['java', '-version'],
      ['javac', '-version'],
      ['mvn', '-version'],
    ],
    dpop: true,
    async build(cwd) {
      await run('mvn', ['--quiet', '--batch-mode', 'package'], { cwd, deadlineMs: buildMs });
      return { program: 'java', args: ['-XX:TieredStopAtLevel=1', '-jar', 'target/orders-api.jar'], cwd };
    },
  },
  fastapi: {
    folder: 'fastapi',
    tools: [['python3', '-c', 'import sys, venv, ensurepip; assert sys.version_info >= (3, 10)']],
    dpop: false,
    async build(cwd) {
      await run('python3', ['-m', 'venv', '.venv'], { cwd, deadlineMs: buildMs });
      const program = join(cwd, '.venv/bin/python');
      await run(program, ['-m', 'pip', 'install', '--quiet', '-r', 'requirements.txt'], { cwd, deadlineMs: buildMs });
      return { program, args: ['orders_api.py'], cwd };
    },
  },
  go: {
    folder: 'go',
    tools: [['go', 'version']],
    dpop: false,
    async build(cwd) {
      await run('go', ['build', '-o', 'orders-api', '.'], { cwd, deadlineMs: buildMs });
      return { program: join(cwd, 'orders-api'), args: [], cwd };
    },
  },
  axum: {
    folder: 'axum',
    tools: [['cargo', '--version']],
    dpop: false,
    async build(cwd) {
      await run('cargo', ['build', '--quiet', '--locked'], { cwd, deadlineMs: buildMs });
      return { program: join(cwd, 'target/debug/orders-api'), args: [], cwd };
    },
  },
  hono: node('hono.js'),
  express: node('express.js'),
  fastify: node('fastify.js'),
} as const satisfies Record<string, Example>;

export type ExampleName = keyof typeof examples;
export const exampleNames = Object.keys(examples) as ExampleName[];

export interface BuiltExample {
  name: ExampleName;
  dpop: boolean;
  command: Command;
}

/** @returns the example, built; or why it is skipped: a tool is missing */
export async function buildExample(name: ExampleName): Promise<BuiltExample | { skipped: string }> {
  const example: Example = examples[name];
  for (const [tool, ...args] of example.tools) {
    const missing = await run(tool, args, { cwd: root, deadlineMs: 60_000 }).then(
      () => false,
      () => true,
    );
    if (missing) return { skipped: `"${tool} ${args.join(' ')}" fails on this machine` };
  }
  const cwd = join(cache, example.folder);
  await mkdir(cwd, { recursive: true });
  await cp(join(root, 'examples/apis', example.folder), cwd, { recursive: true, preserveTimestamps: true });
  return { name, dpop: example.dpop, command: await example.build(cwd) };
}
