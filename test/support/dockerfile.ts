import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'

export interface Instruction {
  readonly name: string
  readonly text: string
}

/** From one FROM to the next. */
export interface Stage {
  readonly name: string
  readonly instructions: readonly Instruction[]
}

/** The stages of a Dockerfile in their order, without comments, each instruction on one line. */
export function stagesOf(dockerfile: string): readonly Stage[] {
  const lines = dockerfile
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
  const stages: { name: string; instructions: Instruction[] }[] = []
  for (const line of lines) {
    const [, name = '', text = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? []
    if (name === 'FROM') stages.push({ name: / AS (\S+)/i.exec(text)?.[1] ?? '', instructions: [] })
    else stages.at(-1)?.instructions.push({ name, text })
  }
  return stages
}

/** What stands behind every instruction of that name in the stage. */
export const textsOf = (stage: Stage, name: string): readonly string[] =>
  stage.instructions.filter((one) => one.name === name).map(({ text }) => text)

/** The words of an instruction in exec form; throws for the shell form. */
export const execForm = (text: string): readonly string[] => JSON.parse(text) as readonly string[]

/** NAME=value of every ENV, none of which is quoted. */
export const environmentOf = (stage: Stage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    textsOf(stage, 'ENV')
      .flatMap((text) => text.split(/\s+/))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )

/** A COPY: from which stage, if any, what, and where to. */
export function copyOf(text: string): { readonly from: string | undefined; readonly sources: readonly string[]; readonly to: string } {
  const words = text.split(/\s+/)
  const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length)
  const paths = words.filter((word) => !word.startsWith('--'))
  return { from, sources: paths.slice(0, -1), to: paths.at(-1) ?? '' }
}

/**
 * Carries out the COPY instructions of a stage, and its RUN instructions that call npm, in `root` in the place of /; `rootOf` answers the root
 * of another stage and, for `undefined`, the build context. Answers the folder that stands for WORKDIR.
 */
export function carryOut(stage: Stage, root: string, rootOf: (stage: string | undefined) => string): string {
  const folder = join(root, textsOf(stage, 'WORKDIR')[0] ?? '')
  mkdirSync(folder, { recursive: true })
  for (const { name, text } of stage.instructions) {
    if (name === 'COPY') {
      const { from, sources, to } = copyOf(text)
      for (const source of sources) copy(join(rootOf(from), source), join(folder, to), to.endsWith('/'))
    } else if (name === 'RUN' && text.startsWith('npm ')) {
      execFileSync('sh', ['-c', text], { cwd: folder, stdio: 'pipe', env: npmEnvironment() })
    }
  }
  return folder
}

function copy(source: string, to: string, isFolder: boolean): void {
  if (!existsSync(source)) throw new Error(`${source} is copied and is not there`)
  cpSync(source, isFolder ? join(to, basename(source)) : to, { recursive: true, verbatimSymlinks: true })
}

/** As in a container of its own: nothing of the npm that may run the tests, but its cache. */
const npmEnvironment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(?!config_(cache|registry))|^NODE_/i.test(name))),
  npm_config_prefer_offline: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
})
