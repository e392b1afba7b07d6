// Scenario files of others: what loads, and what the errors say of what does not.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadScenarios } from './drill-scenarios.ts'

const body = (over: string) => `{
  version: 1, id: 'mine', title: 'Mine', kind: 'attack', twinOf: null, preventable: true, loss: 'attacker-gain',
  pace: { shareOfMarket: 0.01, txsPerBlock: 1, incident: 'Some market', date: '2026-04-01', why: 'counted' },
  startBlock: 30, minBlocks: 110, repairAfterBlocks: null, truePriceMoves: [],
  begin() { return { attackers: [], drivesFeed: () => false, next: async () => [], evidence: () => false } },
  ${over}
}`

describe('loadScenarios', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'firebreak-scenarios-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  const load = () => loadScenarios(folder, ['oracle-takeover'])

  test('TypeScript and JavaScript, with or without defineScenario, by name; other files are left alone', async () => {
    write(
      'b.ts',
      `import { defineScenario, type Scenario } from 'firebreak/scenario'\nexport default defineScenario(${body("id: 'second',")})`,
    )
    write('a.mjs', `export default ${body("id: 'first',")}`)
    write('a.test.ts', 'throw new Error("a test")')
    write('types.d.ts', 'export {}')
    write('notes.md', '# notes')
    write('_shared.ts', 'export const START = 30')
    expect((await load()).map((s) => s.id)).toEqual(['first', 'second'])
  })

  test('the scenario is the object of the file: `this` in its functions works', async () => {
    write('a.ts', `export default ${body('begin() { return this.startBlock },')}`)
    expect((await load())[0]?.begin(undefined)).toBe(30)
  })

  test.each([
    ['wrong version', 'export default { version: 2 }', 'a.ts: version: got 2; want 1'],
    ['not a scenario', 'export default 7', 'a.ts: default export: got 7; want a scenario'],
    ['no default export', 'export const scenario = 1', 'a.ts: default export: got nothing; want a scenario'],
    ['throws at load', "throw new Error('no such incident')", 'a.ts: got "no such incident"; want a scenario file that loads'],
    ['an import that is not there', "import './gone.ts'\nexport default 1", 'want a scenario file that loads'],
    ['wrong value inside', `export default ${body('startBlock: -1,')}`, 'a.ts: startBlock: got -1; want a whole number of blocks'],
    [
      'wrong value deeper',
      `export default ${body('truePriceMoves: [{ symbol: "LINK", afterBlocks: 3, factor: 0 }],')}`,
      'a.ts: truePriceMoves.0.factor: got 0; want a factor above 0',
    ],
    ['no function', `export default ${body('begin: 3,')}`, 'a.ts: begin: got 3; want a function'],
    ['loss unknown', `export default ${body("loss: 'fame',")}`, `a.ts: loss: got "fame"; want 'attacker-gain' or 'bad-debt'`],
    ['twin of nothing', `export default ${body("kind: 'twin',")}`, 'a.ts: twinOf: got null; want the id of the attack'],
    ['attack without a pace', `export default ${body('pace: null,')}`, 'a.ts: pace: got null; want the pace'],
    ['an id of ours', `export default ${body("id: 'oracle-takeover',")}`, 'a.ts: id: got "oracle-takeover"; want an id of its own'],
  ])('%s', async (_, text, message) => {
    write('a.ts', text)
    await expect(load()).rejects.toThrow(message)
  })

  test('bad debt needs no pace: nobody takes anything', async () => {
    write('a.ts', `export default ${body("pace: null, loss: 'bad-debt',")}`)
    expect(await load()).toHaveLength(1)
  })

  test('the same id twice', async () => {
    write('a.ts', `export default ${body('')}`)
    write('b.ts', `export default ${body('')}`)
    await expect(load()).rejects.toThrow('b.ts: id: got "mine"; want an id of its own; a.ts has this one')
  })

  test('no folder, an empty folder', async () => {
    await expect(load()).rejects.toThrow('want a folder with at least one scenario file')
    await expect(loadScenarios(join(folder, 'gone'), [])).rejects.toThrow('want a folder with scenario files')
  })
})
