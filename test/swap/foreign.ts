import { mkdtemp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { spawn } from 'node:child_process'
import ts from 'typescript'

/** The source of a file of this folder as somebody else writes it, who has the package alone. */
export async function foreignSource(file: string): Promise<string> {
  const source = await readFile(join('test/swap', file), 'utf8')
  return source
    .replaceAll("'../../src/ports.js'", "'portcullis/ports'")
    .replaceAll("'../../src/portcullis.js'", "'portcullis'")
    .replaceAll("'../contracts/storage.js'", "'portcullis/contracts'")
}

/** What is told to a mere user of the language: the same without its types. */
export const plain = (source: string): string =>
  ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 } }).outputText

export interface Project {
  readonly folder: string
  write(file: string, content: string): Promise<void>
  run(...command: readonly [string, ...string[]]): Promise<Ended>
  remove(): Promise<void>
}
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A folder of somebody else's, with the package where npm would put it: `as` says what is there in its place. */
export async function foreignProject(place: (modules: string) => Promise<void> = linkPackage): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-foreign-'))
  const write = async (file: string, content: string) => {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), content)
  }
  await write('package.json', JSON.stringify({ name: 'foreign', private: true, type: 'module' }))
  await mkdir(join(folder, 'node_modules'))
  await place(join(folder, 'node_modules'))
  return {
    folder,
    write,
    run: (program, ...args) => run(folder, process.env, program, ...args),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** This checkout, as built. */
const linkPackage = (modules: string) => symlink(process.cwd(), join(modules, 'portcullis'), 'junction')

/** Runs it to its end. */
export function run(cwd: string, env: NodeJS.ProcessEnv, program: string, ...args: readonly string[]): Promise<Ended> {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  return new Promise((ended, failed) => {
    child.once('error', failed)
    child.once('close', (code) => ended({ code, ...output }))
  })
}
