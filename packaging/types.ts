import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { type PublishedPackage, root } from './packages.ts';

/**
 * Writes a package's declarations beside its modules, twice: `.d.ts` for those who import it and `.d.cts` for
 * those who `require()` it. There is one JavaScript for both, so both see the same classes. Nobody requires a package for
 * Angular.
 *
 * @param outDir default: `dist` in the package's folder
 * @throws {Error} with the compiler's output
 */
export async function writeTypes(
  { dir, entries, isForAngularsCompiler }: Pick<PublishedPackage, 'dir' | 'entries' | 'isForAngularsCompiler'>,
  outDir = join(root, dir, 'dist'),
): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'latchkey-types-'));
  try {
    // The compiler doesn't emit declarations of files in node_modules unless they are listed; shared/ is a workspace there.
    const shared = (await readdir(join(root, 'shared'), { recursive: true }))
      .filter((file) => file.endsWith('.ts') && !/\.(test|d)\.ts$/.test(file))
      .map((file) => join(root, 'shared', file));
    const files = [...Object.values(entries).map((source) => join(root, dir, source)), ...shared];
    const project = join(work, 'tsconfig.json');
    const compilerOptions = {
      rootDir: root,
      outDir: join(work, 'types'),
      typeRoots: [join(root, 'node_modules/@types')],
    };
    await writeFile(
      project,
      JSON.stringify({ extends: join(root, 'packaging/tsconfig.types.json'), compilerOptions, files }),
    );
    const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', project], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`cannot write the declarations of ${dir}:\n${stdout}${stderr}`);
    await publish(join(work, 'types'));
  } finally {
    await rm(work, { recursive: true });
  }

  /** The entries' declarations and those they import; only the needed ones of shared/ and clients/frameworks/. */
  async function publish(emitted: string): Promise<void> {
    const found = new Set(Object.values(entries).map((source) => join(dir, source)));
    for (const source of found) {
      const declarations = await readFile(join(emitted, source.replace(/\.tsx?$/, '.d.ts')), 'utf8');
      for (const [, specifier = ''] of declarations.matchAll(internal)) {
        const inShared = specifier.replace(/^@latchkey\/shared\//, '');
        found.add(inShared === specifier ? join(dirname(source), specifier) : join('shared', inShared));
      }
      const from = source.startsWith(`${dir}/`) ? dir : source.startsWith('shared/') ? '.' : 'clients';
      const target = relative(from, source);
      const path = join(outDir, target.replace(/\.tsx?$/, ''));
      const shared = relative(dirname(target), 'shared') || '.';
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.d.ts`, publicSpecifiers(declarations, { shared, kind: 'js' }));
      if (isForAngularsCompiler) continue;
      await writeFile(`${path}.d.cts`, publicSpecifiers(declarations, { shared, kind: 'cjs' }));
    }
  }
}

/** Specifiers of this repository's modules. `../frameworks` lies beside each package that is for a framework. */
const internal = /(?:from |import\()['"]((?:@latchkey\/shared|\.{1,2})\/[^'"]+\.tsx?)['"]/g;

/** ESM-only packages: CommonJS declarations must mark them, or `node16` resolution fails. */
const ofEsOnly = /import (?:type )?(\{[^{}]*\}) from ('(?:hono|jose|oauth4webapi)');/g;

/**
 * Specifiers that resolve in other people's projects: compiled extensions for `.ts` and `.tsx`, and paths for what the
 * repository calls `@latchkey/shared` and `../frameworks`, which are inside of the package there.
 *
 * @param options `shared`: the way from the file to the declarations of `shared/`
 */
export function publicSpecifiers(
  declarations: string,
  { shared, kind }: { shared: string; kind: 'js' | 'cjs' },
): string {
  const inside: Record<string, string> = {
    '@latchkey/shared': shared.startsWith('.') ? shared : `./${shared}`,
    '../frameworks': './frameworks',
  };
  const resolved = declarations.replaceAll(
    /(from |import\()(['"])(@latchkey\/shared|\.\.\/frameworks|\.{1,2})\/([^'"]+?)\.tsx?\2/g,
    (_, before, quote, from, name) => `${before}${quote}${inside[from] ?? from}/${name}.${kind}${quote}`,
  );
  if (kind === 'js') return resolved;
  return resolved
    .replaceAll(ofEsOnly, (_, names, from) => {
      const types = names.replaceAll(/\btype /g, '');
      return `import type ${types} from ${from} with { 'resolution-mode': 'import' };`;
    })
    .replaceAll(/import\("(hono|jose|oauth4webapi)"\)/g, `import("$1", { with: { "resolution-mode": "import" } })`);
}
