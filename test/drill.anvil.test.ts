// The main job as a user runs it: `firebreak drill` on the attack and its twin, then both captures replayed to identical bytes.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRecordReadOnly } from '../src/record/record.ts'
import { type DrillDocument, drillDocument } from '../src/tools/drill-document.ts'

const root = join(import.meta.dirname, '..')

describe('firebreak drill', () => {
  let folder: string
  let document: DrillDocument
  let exit: number | null
  const firebreak = (...args: string[]) =>
    spawnSync(process.execPath, [join(root, 'bin/firebreak.mjs'), ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    })

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'firebreak-drill-'))
    const run = firebreak(
      'drill',
      '--scenario',
      'oracle-takeover',
      'oracle-takeover-twin',
      '--block-ms',
      '150',
      '--capture',
      'captures',
      '--json',
      'drill.json',
    )
    exit = run.status
    if (exit !== 0) console.log(run.stdout, run.stderr)
    document = drillDocument.parse(JSON.parse(readFileSync(join(folder, 'drill.json'), 'utf8')))
  }, 420_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const of = (scenario: string) => document.runs.find((r) => r.scenario === scenario)

  test('the attack is detected, answered by the narrowest action that works, contained and lifted', () => {
    const run = of('oracle-takeover')
    expect(exit).toBe(0)
    expect(run).toMatchObject({ detected: true, contained: true, timeToDetectBlocks: 0 })
    expect(run?.actions).toMatchObject([{ action: 'stopBorrowingAgainst', subject: 'LINK', class: 'market', effective: true }])
    expect(run?.actions[0]?.liftedAfterBlocks).toBeGreaterThan(0)
    // 100 ms blocks on a busy machine may cost a block or two of the sixty; the figure of 250 ms blocks is in the README
    expect(run?.savedOfPreventablePct).toBeGreaterThan(75)
    expect((run?.honestOpsFailed ?? 1e9) / (run?.honestOps ?? 1)).toBeLessThan(0.05)
  })

  test('its twin: the same jump, true and confirmed, and nobody acts', () => {
    expect(of('oracle-takeover-twin')).toMatchObject({
      kind: 'twin',
      actions: [],
      falseActions: 0,
      honestOpsFailed: 0,
      savedPct: null,
      contained: null,
    })
    expect(document.summary).toMatchObject({ attacks: 1, attacksContained: 1, quietRuns: 1, falseActions: 0 })
  })

  for (const scenario of ['oracle-takeover', 'oracle-takeover-twin'])
    test(`replay of ${scenario}: the same entries, byte for byte`, () => {
      const config = join('.firebreak/drill', scenario, 'guarded/firebreak.config.ts')
      for (const node of ['a', 'b', 'c']) {
        const run = firebreak('watch', '--config', config, '--replay', join('captures', `${scenario}-guarded-${node}.jsonl`), '--json')
        expect(run.stderr).toBe('')
        const replayed = JSON.parse(run.stdout) as { foldHash: string; entries: number }
        const record = openRecordReadOnly(join(folder, '.firebreak/drill', scenario, 'guarded', `node-${node}`))
        expect({ count: replayed.entries, hash: replayed.foldHash }).toEqual(record.foldHead())
        expect(record.verify()).toMatchObject({ ok: true })
        record.close()
      }
    }, 60_000)

  test('status and log read what a node has done', () => {
    const decisionsOf = (folder: string): number =>
      (JSON.parse(firebreak('status', folder, '--json').stdout) as { counts: Record<string, number> }).counts['decision'] ?? 0
    // a node whose simulations all come after the next block has decided nothing: k others have
    const data = ['a', 'b', 'c']
      .map((node) => join('.firebreak/drill/oracle-takeover/guarded', `node-${node}`))
      .find((f) => decisionsOf(f) > 0)
    if (data === undefined) throw new Error('no node has decided anything')
    const lines = (kind: string) =>
      firebreak('log', data, '--kind', kind, '--limit', '1000', '--json')
        .stdout.trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { body: { id: string; incident: string; status: string; chosen: string } }).body)
    const answered = lines('decision').find((d) => d.chosen.startsWith('stopBorrowingAgainst'))?.incident
    expect(
      lines('incident')
        .filter((i) => i.id === answered)
        .at(-1)?.status,
    ).toBe('closed')
    expect(firebreak('log', data, '--kind', 'decision').stdout).toContain('stopBorrowingAgainst')
    expect(firebreak('log', data, '--verify').stdout).toContain('holds')
  })
})
