// Who may import whom, and what the deterministic middle may not do: DESIGN.md section 3 as a constant.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/**
 * Besides itself and packages. `(types)`: nothing that is there at run time. A folder named here stands for all below it,
 * but each protocol is a unit of its own. The longest name that fits a file is its unit.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/core': [],
  'src/store': ['src/core'],
  'src/decode': ['src/core'],
  'src/ingest': ['src/core', 'src/store', 'src/decode', 'src/contracts'],
  'src/state': ['src/core', 'src/store', 'src/decode', 'src/history (types)'],
  'src/protocols/*': ['src/core', 'src/store', 'src/decode', 'src/state', 'src/contracts'],
  'src/detect': ['src/core', 'src/store', 'src/state', 'src/history (types)'],
  'src/models': ['src/core'],
  'src/assess': ['src/core', 'src/store', 'src/state', 'src/models'],
  'src/decide': ['src/core', 'src/state'],
  'src/quorum': ['src/core'],
  'src/record': ['src/core'],
  'src/respond': ['src/core', 'src/record', 'src/contracts'],
  'src/alerts': ['src/core', 'src/record'],
  // segment files; a capture and recorded answers as blocks of it
  'src/history': ['src/core', 'src/decode', 'src/ingest', 'src/record/lock.ts', 'src/contracts'],
  // generated from contracts/: bytes and ABI
  'src/contracts': [],
  'src/import': ['src/core', 'src/store', 'src/decode', 'src/ingest', 'src/history', 'src/state'],
  // the middle in one place
  'src/fold.ts': [
    'src/core',
    'src/store',
    'src/history (types)',
    'src/state',
    'src/detect',
    'src/assess',
    'src/decide',
    'src/fold-pending.ts',
  ],
  // its view of transactions that wait
  'src/fold-pending.ts': ['src/core', 'src/state', 'src/assess', 'src/decide'],
  // what a config file imports: values that put adapters and detectors together
  'src/watched.ts': ['src/core', 'src/protocols', 'src/watched'],
  'src/watched': ['src/core', 'src/state', 'src/protocols'],
  'src/calibration.ts': ['src/core'],
  'src/config.ts': ['src/core', 'src/detect (types)', 'src/watched.ts (types)'],
  'src/index.ts': ['src/calibration.ts', 'src/config.ts', 'src/watched.ts', 'src/detect', 'src/state', 'src/store'],
  'src/scenario.ts': ['src/core (types)'],
  'src/version.ts': [],
  // parts of the pipeline
  'src/rules.ts': [
    'src/core',
    'src/store',
    'src/state',
    'src/assess',
    'src/decide',
    'src/config.ts (types)',
    'src/fold.ts (types)',
    'src/version.ts',
  ],
  'src/neighbours.ts': ['src/core', 'src/fold.ts (types)', 'src/state (types)'],
  'src/relay.ts': ['src/core', 'src/fold.ts (types)', 'src/quorum'],
  'src/race.ts': ['src/core'],
  'src/blocks-first.ts': ['src/core'],
  'src/restart.ts': ['src/core', 'src/store', 'src/record', 'src/fold.ts'],
  'src/pipeline.ts': [
    'src/core',
    'src/store',
    'src/ingest',
    'src/state',
    'src/protocols',
    'src/detect',
    'src/models',
    'src/assess',
    'src/decide',
    'src/quorum',
    'src/record',
    'src/respond',
    'src/alerts',
    'src/history',
    'src/contracts',
    'src/fold.ts',
    'src/watched.ts',
    'src/config.ts',
    'src/version.ts',
    'src/neighbours.ts',
    'src/rules.ts',
    'src/relay.ts',
    'src/race.ts',
    'src/blocks-first.ts',
    'src/restart.ts',
  ],
  'src/server': ['src/core', 'src/record', 'src/state (types)'],
  'src/tools': ['src'],
  'src/cli': ['src'],
}

/** Nothing above may import these, but for their own members; commands load the lab by `import()`. */
const TOP: readonly string[] = ['src/cli', 'src/tools', 'src/server']
const MAY_LOAD_LAB: readonly string[] = ['src/cli', 'src/tools']

/** The same inputs give the same bytes on every engine, at any time of day. */
const DETERMINISTIC: readonly string[] = [
  'src/core',
  'src/store',
  'src/decode',
  'src/state',
  'src/protocols',
  'src/detect',
  'src/models',
  'src/assess',
  'src/decide',
  'src/fold.ts',
  'src/fold-pending.ts',
]
const EXACT_MATH = new Set(['abs', 'sqrt', 'min', 'max', 'floor', 'ceil', 'round', 'trunc', 'sign', 'imul', 'clz32'])
const BANNED = new Map([
  ['Promise', 'a step never waits'],
  ['Date', 'time is an input'],
  ['performance', 'time is an input'],
  ['setTimeout', 'time is an input'],
  ['setInterval', 'time is an input'],
  ['queueMicrotask', 'a step never waits'],
  ['process', 'what a machine is set to is not an input'],
  ['Intl', 'locales differ between machines'],
  ['toLocaleString', 'locales differ between machines'],
  ['localeCompare', 'locales differ between machines'],
])

interface Import {
  readonly of: string
  readonly typesOnly: boolean
  readonly dynamic: boolean
}

const files = (folder: string): readonly string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true })
        .map((path) => `${folder}/${String(path).replaceAll('\\', '/')}`)
        .filter((path) => path.endsWith('.ts') && !path.includes('node_modules'))
        .sort()
    : []

const isTest = (file: string): boolean => /\.(test|builders|fixture)\.ts$/.test(file)
const isIn = (file: string, unit: string): boolean => file === unit || file.startsWith(`${unit}/`)
const parse = (file: string, text = readFileSync(join(root, file), 'utf8')): ts.SourceFile =>
  ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  node.forEachChild((child) => walk(child, visit))
}

function importsOf(source: ts.SourceFile): readonly Import[] {
  const found: Import[] = []
  walk(source, (node) => {
    if (ts.isImportDeclaration(node))
      found.push({ of: textOf(node.moduleSpecifier), typesOnly: isTypesOnly(node.importClause), dynamic: false })
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier)
      found.push({ of: textOf(node.moduleSpecifier), typesOnly: node.isTypeOnly || onlyTypes(node.exportClause), dynamic: false })
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      found.push({ of: textOf(node.argument.literal), typesOnly: true, dynamic: false })
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      found.push({
        of: node.arguments[0] && ts.isStringLiteralLike(node.arguments[0]) ? node.arguments[0].text : '?',
        typesOnly: false,
        dynamic: true,
      })
  })
  return found
}

const textOf = (node: ts.Node): string => (ts.isStringLiteralLike(node) ? node.text : '?')
const onlyTypes = (named: ts.NamedExportBindings | ts.NamedImportBindings | undefined): boolean =>
  named !== undefined && (ts.isNamedImports(named) || ts.isNamedExports(named)) && named.elements.every((e) => e.isTypeOnly)
const isTypesOnly = (clause: ts.ImportClause | undefined): boolean =>
  clause !== undefined && (clause.isTypeOnly || (clause.name === undefined && onlyTypes(clause.namedBindings)))

/** The row of the table that a file belongs to; a protocol's is its own folder. */
function unitOf(file: string): { readonly unit: string; readonly allowed: readonly string[] } | undefined {
  const protocol = /^src\/protocols\/[^/]+/.exec(file)?.[0]
  if (protocol) return { unit: protocol, allowed: MAY_IMPORT['src/protocols/*'] as readonly string[] }
  const unit = Object.keys(MAY_IMPORT).find((name) => isIn(file, name))
  return unit === undefined ? undefined : { unit, allowed: MAY_IMPORT[unit] as readonly string[] }
}

function importErrors(file: string, imports: readonly Import[]): readonly string[] {
  const row = unitOf(file)
  if (!row) return [`${file} is in no row of the import table: add one`]
  const errors: string[] = []
  for (const { of, typesOnly, dynamic } of imports) {
    if (!of.startsWith('.')) continue
    const target = relative(root, join(root, dirname(file), of)).replaceAll('\\', '/')
    if (isIn(target, row.unit)) continue
    if (dynamic && isIn(target, 'lab') && MAY_LOAD_LAB.includes(row.unit)) continue
    const rule = row.allowed.find((a) => isIn(target, a.replace(' (types)', '')) && (typesOnly || !a.endsWith(' (types)')))
    if (rule && (rule !== 'src' || !isIn(target, 'src/cli'))) continue
    const want = row.allowed.length > 0 ? row.allowed.join(', ') : 'nothing of ours'
    errors.push(`${file} imports ${target}${typesOnly ? ' (types)' : ''}; ${row.unit} may import ${want}`)
  }
  return errors
}

function determinismErrors(source: ts.SourceFile): readonly string[] {
  const errors: string[] = []
  const at = (node: ts.Node, what: string, why: string): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
    errors.push(`${source.fileName}:${line} uses ${what}: ${why}`)
  }
  walk(source, (node) => {
    if (node.kind === ts.SyntaxKind.AsyncKeyword) at(node, 'async', 'a step never waits')
    else if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) at(node, 'await', 'a step never waits')
    else if (ts.isIdentifier(node) && BANNED.has(node.text)) at(node, node.text, BANNED.get(node.text) as string)
    else if (ts.isIdentifier(node) && node.text === 'Math') {
      const { parent } = node
      const name = ts.isPropertyAccessExpression(parent) && parent.expression === node ? parent.name.text : '?'
      if (!EXACT_MATH.has(name)) at(node, `Math.${name}`, 'engines differ: use core/math')
    }
  })
  return errors
}

describe('the import table', () => {
  const sources = files('src').filter((file) => !isTest(file))

  test('every file keeps to its row', () => {
    expect(sources.length).toBeGreaterThan(50)
    expect(sources.flatMap((file) => importErrors(file, importsOf(parse(file))))).toEqual([])
  })

  test('every relative import names a file that is there', () => {
    const missing = sources.flatMap((file) =>
      importsOf(parse(file))
        .filter(({ of, dynamic }) => of.startsWith('.') && !dynamic && !existsSync(join(root, dirname(file), of)))
        .map(({ of }) => `${file} imports ${of}, which is not there`),
    )
    expect(missing).toEqual([])
  })

  test('nothing in src imports the lab by the name of its package', () => {
    const named = sources.flatMap((file) =>
      importsOf(parse(file))
        .filter(({ of }) => of.startsWith('@firebreak/'))
        .map(({ of }) => `${file} imports ${of}`),
    )
    expect(named).toEqual([])
  })

  test('there are no rings between the rows', () => {
    const edges = new Map<string, Set<string>>()
    for (const file of sources)
      for (const { of, typesOnly } of importsOf(parse(file))) {
        const from = unitOf(file)?.unit
        const to = of.startsWith('.') ? unitOf(relative(root, join(root, dirname(file), of)).replaceAll('\\', '/'))?.unit : undefined
        if (from && to && from !== to && !typesOnly) edges.set(from, (edges.get(from) ?? new Set()).add(to))
      }
    const ring = (unit: string, path: readonly string[]): readonly string[] | undefined => {
      if (path.includes(unit)) return [...path.slice(path.indexOf(unit)), unit]
      for (const next of edges.get(unit) ?? []) {
        const found = ring(next, [...path, unit])
        if (found) return found
      }
      return undefined
    }
    expect([...edges.keys()].flatMap((unit) => ring(unit, [])?.join(' -> ') ?? [])).toEqual([])
  })
})

describe('the deterministic middle', () => {
  test('has no clock, no chance, no waiting and no arithmetic that engines do differently', () => {
    const middle = DETERMINISTIC.flatMap((unit) => (unit.endsWith('.ts') ? [unit] : files(unit))).filter((file) => !isTest(file))
    expect(middle.length).toBeGreaterThan(40)
    expect(middle.flatMap((file) => determinismErrors(parse(file)))).toEqual([])
  })
})

describe('the checks themselves', () => {
  const imported = (file: string, text: string) => importErrors(file, importsOf(parse(file, text)))
  const used = (text: string) => determinismErrors(parse('src/state/x.ts', text)).map((e) => e.replace(/^\S+ uses (\S+):.*$/, '$1'))

  test('an import that the table does not allow is named with its file, whatever its form', () => {
    expect(imported('src/core/a.ts', `import { x } from '../store/store.ts'`)).toMatchInlineSnapshot(`
      [
        "src/core/a.ts imports src/store/store.ts; src/core may import nothing of ours",
      ]
    `)
    for (const text of [
      `export * from '../fold.ts'`,
      `await import('../fold.ts')`,
      `type T = import('../fold.ts').Fold`,
      `import type { F } from '../fold.ts'`,
      `import '../fold.ts'`,
    ])
      expect(imported('src/detect/a.ts', text)).toHaveLength(1)
  })

  test('protocols do not know each other, and types are told from values', () => {
    expect(imported('src/protocols/aave-v3/a.ts', `import { b } from './b.ts'; import { c } from '../../state/world.ts'`)).toEqual([])
    expect(imported('src/protocols/aave-v3/a.ts', `import type { b } from '../chainlink/index.ts'`)).toHaveLength(1)
    expect(imported('src/scenario.ts', `import type { Hex } from './core/flow.ts'`)).toEqual([])
    expect(imported('src/scenario.ts', `import { type Hex, OPERATION_CODE } from './core/flow.ts'`)).toHaveLength(1)
    expect(imported('src/config.ts', `import { type A, type B } from './watched.ts'`)).toEqual([])
  })

  test('only commands load the lab, and only by import()', () => {
    expect(imported('src/cli/drill.ts', `await import('../../lab/run.ts')`)).toEqual([])
    expect(imported('src/cli/drill.ts', `import { run } from '../../lab/run.ts'`)).toHaveLength(1)
    expect(imported('src/pipeline.ts', `await import('../lab/run.ts')`)).toHaveLength(1)
    for (const unit of TOP) expect(imported('src/pipeline.ts', `import '../${unit}/a.ts'`)).toHaveLength(1)
    expect(imported('src/tools/a.ts', `import '../cli/a.ts'`)).toHaveLength(1)
    expect(imported('src/elsewhere/a.ts', '')).toEqual(['src/elsewhere/a.ts is in no row of the import table: add one'])
  })

  test('what is banned is found by what it is, not by its letters', () => {
    expect(
      used(`// async Date.now()\nconst s = 'await Math.log'; const updateDate = { datePromise: 1 }; Math.max(1, Math.sqrt(2)); 10n ** 2n`),
    ).toEqual([])
    expect(used('async function f() { await g() }')).toEqual(['async', 'await'])
    expect(used('const f = async () => 1')).toEqual(['async'])
    expect(used('let p: Promise<void>; new Date(); globalThis.Date.now()')).toEqual(['Promise', 'Date', 'Date'])
    expect(used('Math.log(2) + Math.random() + Math.pow(2, 3) + Math.exp(1)')).toEqual(['Math.log', 'Math.random', 'Math.pow', 'Math.exp'])
    expect(used('const { log } = Math; Math["sin"](1)')).toEqual(['Math.?', 'Math.?'])
    expect(used('(1).toLocaleString(); ["b"].sort((a, b) => a.localeCompare(b))')).toEqual(['toLocaleString', 'localeCompare'])
  })
})
