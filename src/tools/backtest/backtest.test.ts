import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { CHAIN_ID, FEED, GUARD, POOL, START_S } from '../../../test/builders.ts'
import { canonical } from '../../core/canonical.ts'
import type { Call } from '../../core/flow.ts'
import { defineDetector } from '../../detect/define.ts'
import { openHistory } from '../../history/history.ts'
import type { History, StoredBlock } from '../../history/types.ts'
import { lockFolder } from '../../record/lock.ts'
import { eventTable } from '../../state/event-table.ts'
import { nameAccounts, namedAccounts } from '../../state/named-accounts.ts'
import { createWorld } from '../../state/world.ts'
import { ring } from '../../store/windows.ts'
import { ATTACK_BLOCK, chain, rules } from './backtest.builders.ts'
import { type BacktestOptions, type BacktestResult, backtest } from './backtest.ts'
import { missingReads } from './blindness.ts'
import type { BacktestDocument } from './document.ts'
import { readLabels } from './labels.ts'

const LAST = 160
const blocks = chain(LAST)
const places: string[] = []
afterAll(() => {
  for (const place of places) rmSync(place, { recursive: true })
})
const newPlace = (): string => {
  const place = mkdtempSync(join(tmpdir(), 'firebreak-backtest-'))
  places.push(place)
  return place
}
const historyOf = (stored: readonly StoredBlock[]): History => {
  const history = openHistory(newPlace(), CHAIN_ID)
  const stretches: StoredBlock[][] = []
  for (const block of stored) {
    const stretch = stretches.at(-1)
    if (stretch?.at(-1)?.number === block.number - 1) stretch.push(block)
    else stretches.push([block])
  }
  for (const stretch of stretches) history.append(stretch, 'capture')
  return history
}
const whole = historyOf(blocks)
const run = (history: History, more: Partial<BacktestOptions> = {}): Promise<BacktestResult> =>
  backtest({ rules: rules(), history, from: 1, to: LAST, ...more })
const done = async (history: History, more: Partial<BacktestOptions> = {}): Promise<BacktestDocument> => {
  const result = await run(history, more)
  if (result.kind !== 'done') throw new Error('it was stopped')
  return result.document
}
const bytesOf = (result: BacktestResult): string =>
  result.kind === 'done' ? `${canonical(result.document)}\n${readFileSync(result.findingsFile, 'utf8')}` : 'stopped'
const straight = run(historyOf(blocks)).then(bytesOf)
const detector = (document: BacktestDocument, id: string) => document.detectors.find((d) => d.id === id)

describe('a backtest', () => {
  test('says what was found, told, opened and proposed', async () => {
    const document = await done(whole)
    expect(document.range).toMatchObject({
      from: 1,
      to: LAST,
      blocks: LAST,
      warmUpBlocks: 0,
      logs: LAST,
      judgedS: (LAST - 1) * 600,
      first: { number: 1, hash: blocks[0]?.hash },
      last: { number: LAST, hash: blocks.at(-1)?.hash },
    })
    expect(document.alerts.list.map(({ block, detector, label }) => ({ block, detector, label }))).toEqual([
      { block: ATTACK_BLOCK, detector: 'oracle-jump', label: null },
    ])
    expect(document.findings.subjects.list).toMatchObject([{ detector: 'oracle-jump', subject: { kind: 'feed', id: FEED }, findings: 1 }])
    expect(detector(document, 'oracle-jump')).toMatchObject({
      table: 'feedRounds',
      fedBy: ['chainlink:1'],
      alerts: 1,
      alertsInLabels: null,
      blindBlocks: 0,
      seenS: (LAST - 1) * 600,
      alertsPerWeek: 604_800 / ((LAST - 1) * 600),
    })
    expect(document.incidents).toMatchObject({ total: 1, contained: 0, mostLossAtRiskUsd: document.incidents.list[0]?.lossAtRiskUsd.most })
    expect(document.incidents.list[0]).toMatchObject({ venue: POOL, openedBlock: ATTACK_BLOCK, firstAnswer: { block: ATTACK_BLOCK } })
    expect(document.incidents.mostLossAtRiskUsd).toBeGreaterThan(0)
    expect(document.labels).toBeNull()
    expect(document.blind.total + document.gaps.total).toBe(0)
    expect(document.simulated).toBe(false)
  })

  test('what is wanted in many blocks is one proposal, with its first block and how often', async () => {
    const { proposals, decisions, incidents } = await done(whole)
    expect(proposals.total).toBeGreaterThan(0)
    const keys = proposals.list.map((p) => `${p.operation} ${p.entry} ${p.subject} ${p.step}`)
    expect(new Set(keys).size).toBe(keys.length)
    expect(proposals.list[0]).toMatchObject({ operation: 'execute', guard: GUARD, firstBlock: ATTACK_BLOCK })
    expect(proposals.list[0]?.market).toContain(POOL)
    const open = (incidents.list[0]?.lastBlock ?? 0) - ATTACK_BLOCK + 1
    expect(proposals.list[0]?.times).toBe(open)
    expect(decisions).toEqual({ total: open, toAct: open })
  })

  test('the time line and the weeks hold every block, finding and alert once', async () => {
    const { timeline, weeks, range, findings, alerts } = await done(whole)
    const sum = (of: (bin: (typeof timeline.bins)[number]) => number) => timeline.bins.reduce((total, bin) => total + of(bin), 0)
    expect([sum((b) => b.blocks), sum((b) => b.logs), sum((b) => b.findings), sum((b) => b.alerts)]).toEqual([
      range.blocks,
      range.logs,
      findings.total,
      alerts.total,
    ])
    expect(weeks.map(({ blocks }) => blocks).reduce((a, b) => a + b)).toBe(LAST)
    for (const { fromTimeS } of weeks) expect(new Date(fromTimeS * 1_000).toISOString()).toMatch(/T00:00:00/)
    expect(weeks.map(({ fromTimeS }) => new Date(fromTimeS * 1_000).getUTCDay())).toEqual(weeks.map(() => 1))
    expect(weeks[0]?.fromTimeS).toBeLessThanOrEqual(START_S + 600)
  })

  test('two runs give the same bytes', async () => {
    expect(bytesOf(await run(historyOf(blocks)))).toBe(await straight)
    expect(bytesOf(await run(whole))).toBe(await straight)
  })

  test('what came before --from is folded for its state and not counted', async () => {
    const from = ATTACK_BLOCK - 5
    const late = await done(whole, { from })
    expect(late.range).toMatchObject({ blocks: LAST - from + 1, warmUpBlocks: from - 1, first: { number: from } })
    expect(late.alerts.total, 'the baseline of the jump is known').toBe(1)
    const after = await done(whole, { from: ATTACK_BLOCK + 1 })
    expect(after.alerts.total).toBe(0)
    expect(after.incidents.list[0]).toMatchObject({ openedBlock: ATTACK_BLOCK })
  })
})

describe('tables of events', () => {
  const answers = eventTable('event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt)')
  let rows = 0
  /** Every third answer is an alert, with what was remembered of the one before. */
  const everyThird = defineDetector({
    id: 'every-third',
    title: 't',
    maturity: 'test',
    threat: 't',
    catches: 'c',
    misses: 'm',
    falsePositives: ['f'],
    runbook: 'r',
    source: 'pool',
    basis: 'chain',
    on: answers,
    wake: 'touched',
    subject: 'contract',
    holdBlocks: 0,
    pending: false,
    params: z.strictObject({}),
    memory: { last: ring({ size: 1 }) },
    check({ currentF64, roundId, logIndex, row }, { last }) {
      rows += 1
      const before = last.get(0) ?? 'none'
      last.push(currentF64)
      return roundId % 3n === 0n ? { severity: 'high', summary: 's', evidence: { currentF64, logIndex, row, before } } : undefined
    },
  })
  const of = (history: History, more: Partial<BacktestOptions> = {}) =>
    run(history, { rules: { ...rules(), detectors: [...rules().detectors, everyThird()] }, ...more })
  /** Chunks whose blocks are not known to be theirs, so that the fold decodes their logs. */
  const decoding = (history: History): History => ({
    ...history,
    folder: history.folder,
    chainId: history.chainId,
    ranges: () => history.ranges(),
    *chunks(from, to) {
      for (const chunk of history.chunks(from, to)) yield { ...chunk, hash: () => '0x' }
    },
  })
  const cut = blocks.filter(({ number }) => number < 70 || number > 74)

  test.each([
    ['a whole history', blocks],
    ['a gap', cut],
    ['reads that are missing', blocks.map((block) => (block.number === 90 ? { ...block, reads: [] } : block))],
  ])('%s: shown from the columns or decoded from the logs, the same bytes', async (_, stored) => {
    const shown = await of(historyOf(stored)).then(bytesOf)
    expect(await of(decoding(historyOf(stored))).then(bytesOf)).toBe(shown)
    const found = shown.split('\n').filter((line) => line.includes('"detector":"every-third"') && line.includes('"evidence"')).length
    expect(found).toBe(stored.filter(({ number }) => number % 3 === 0).length)
  })

  test('no log is made for them: a history whose logs cannot be read gives the same findings', async () => {
    const history = historyOf(blocks)
    const unreadable: History = {
      ...decoding(history),
      *chunks(from, to) {
        for (const chunk of history.chunks(from, to))
          yield {
            ...chunk,
            block: (n) =>
              Object.defineProperty({ ...chunk.block(n) }, 'logs', {
                get() {
                  throw new Error('a log was asked for')
                },
              }),
          }
      },
    }
    const alone = (from: History) => run(from, { rules: { ...rules(), protocols: [], venues: [], detectors: [everyThird()] } })
    rows = 0
    const bytes = await alone(unreadable).then(bytesOf)
    expect(rows).toBe(LAST)
    expect(await alone(historyOf(blocks)).then(bytesOf)).toBe(bytes)
  })
})

describe('a run that is stopped', () => {
  test('the same backtest twice at a time is refused', async () => {
    const first = await run(whole)
    const held = lockFolder(first.kind === 'done' ? dirname(first.findingsFile) : '')
    await expect(run(whole)).rejects.toThrow(`in use by process ${process.pid}: the same backtest runs there. Wait for its end, or stop it`)
    held.release()
    expect(bytesOf(await run(whole))).toBe(await straight)
  })

  test('property: goes on to the same bytes, wherever and however often it was stopped', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: LAST - 1 }), { minLength: 1, maxLength: 4 }), async (stops) => {
        const history = historyOf(blocks)
        for (const at of [...new Set(stops)].sort((a, b) => a - b)) {
          let number = 0
          const onBlock = (progress: { readonly number: number }) => {
            number = progress.number
          }
          expect(await run(history, { onBlock, stop: () => number === at })).toMatchObject({ kind: 'stopped', atBlock: at })
        }
        const last = await run(history)
        expect(last.resumedAt).toBe(Math.max(...stops))
        expect(bytesOf(last)).toBe(await straight)
      }),
      { numRuns: 12, seed: 20_261_124 },
    )
  })

  test('a crash: what was found since the last keeping is found again, once', async () => {
    const history = historyOf(blocks)
    const crash = run(history, {
      keepEveryMs: 0,
      onBlock({ number }) {
        if (number === ATTACK_BLOCK + 2) throw new Error('crash')
      },
    })
    await expect(crash).rejects.toThrow('crash')
    const again = await run(history)
    expect(again.resumedAt).toBe(ATTACK_BLOCK + 1)
    expect(bytesOf(again)).toBe(await straight)
  })

  test('--fresh begins again; so does a damaged state; other ranges and labels know nothing of it', async () => {
    const history = historyOf(blocks)
    const half = { stop: () => true }
    const labels = [{ from: 1, to: 2, name: 'x', subject: undefined }]
    await run(history, half)
    expect((await run(history, { ...half, to: LAST - 1 })).resumedAt).toBeUndefined()
    expect((await run(history, { ...half, labels })).resumedAt).toBeUndefined()
    expect((await run(history, { ...half, fresh: true })).resumedAt).toBeUndefined()
    const result = await run(history)
    expect(result.resumedAt).toBe(1)
    expect((await run(history, half)).resumedAt, 'a finished run is over').toBeUndefined()
    const state = join(result.kind === 'done' ? result.findingsFile : '', '..', 'stopped.bin')
    const bytes = readFileSync(state)
    bytes[100] = (bytes[100] ?? 0) ^ 1
    writeFileSync(state, bytes)
    expect(await run(history).then(bytesOf)).toBe(await straight)
  })
})

describe('what could not be seen', () => {
  const without = (from: number, to: number): readonly StoredBlock[] =>
    blocks.map((block) => (block.number >= from && block.number <= to ? { ...block, reads: [], readsState: 'not-asked' } : block))

  test('where reads are missing the detectors that rest on them are blind, the others are not', async () => {
    const document = await done(historyOf(without(50, 59)))
    const [feeds, token] = document.blind.list
    expect(document.blind.total).toBe(2)
    expect(feeds).toMatchObject({ protocol: 'chainlink:1', detectors: ['oracle-jump', 'oracle-reporters'], fromBlock: 50, toBlock: 59 })
    expect(feeds?.example).toContain(FEED)
    expect(token).toMatchObject({ protocol: 'erc20:1', detectors: [], fromBlock: 50, toBlock: 59 })
    expect(detector(document, 'oracle-jump')).toMatchObject({ blindBlocks: 10, seenS: (LAST - 1 - 10) * 600 })
    expect(detector(document, 'outflow-rate')?.blindBlocks).toBe(0)
    expect(document.timeline.bins.filter((b) => b.blindBlocks > 0).map((b) => b.fromBlock)).toEqual([
      50, 51, 52, 53, 54, 55, 56, 57, 58, 59,
    ])
  })

  test('an account that is wanted because a finding named it, and that nobody asked for, blinds nobody', () => {
    const world = createWorld(CHAIN_ID)
    const row = world.accounts.rowOf('x')
    const always: Call = { to: FEED, data: '0x' }
    const named: Call = { to: POOL, data: '0x' }
    const reads = () => [always, ...(namedAccounts(world, 9).includes(row) ? [named] : [])]
    const protocol = { id: 'p', writes: [], watches: () => [], reads, apply: () => undefined, actions: {}, steps: () => [] }
    const at = { chainId: CHAIN_ID, number: 10, hash: '0x', parentHash: '0x', timeS: 1, logs: [] } as const
    const calls = (...stored: readonly Call[]) =>
      missingReads([protocol], world, { ...at, reads: stored.map((call) => ({ ...call, result: null })) }).flatMap((m) => m.calls)
    nameAccounts(world, 9, new Set([row]))
    expect(calls(always, named)).toEqual([])
    expect(namedAccounts(world, 9), 'it was asked for, so it is compared').toEqual([row])
    expect(calls(named)).toEqual([always])
    nameAccounts(world, 9, new Set([row]))
    expect(calls(always)).toEqual([])
  })

  test('edge: blind to the last block', async () => {
    expect((await done(historyOf(without(LAST, LAST)))).blind.list[0]).toMatchObject({ fromBlock: LAST, toBlock: LAST })
  })

  test('blocks that were asked for fewer reads than these rules want are seen too', async () => {
    const lacking = blocks.map((block) => (block.number === 70 ? { ...block, reads: [] } : block))
    expect((await done(historyOf(lacking))).blind.list[0]).toMatchObject({ protocol: 'chainlink:1', fromBlock: 70, toBlock: 70 })
  })

  test('a gap is told to people, ends what was open, and nothing of the state is trusted behind it', async () => {
    const cut = blocks.filter(({ number }) => number < ATTACK_BLOCK + 1 || number > ATTACK_BLOCK + 4)
    const document = await done(historyOf(cut))
    expect(document.gaps).toEqual({
      total: 1,
      most: 1_000,
      list: [{ fromBlock: ATTACK_BLOCK + 1, toBlock: ATTACK_BLOCK + 4, why: 'not in history' }],
    })
    expect(document.alerts.list.map(({ detector, block }) => [detector, block])).toEqual([
      ['oracle-jump', ATTACK_BLOCK],
      ['blind', ATTACK_BLOCK],
    ])
    expect(document.incidents).toMatchObject({ brokenOff: 1, closed: 0 })
    expect(document.incidents.list[0]).toMatchObject({ end: 'history breaks off', lastBlock: ATTACK_BLOCK })
    for (const { blindBlocks } of document.detectors) expect(blindBlocks).toBeGreaterThanOrEqual(4)
    expect(document.blind.list[0]).toMatchObject({ protocol: 'chainlink:1', fromBlock: ATTACK_BLOCK + 5, toBlock: LAST })
    expect(document.range.judgedS).toBe((LAST - 1 - 5) * 600)
    expect(document.alerts.total, 'a feed without its decimals is no feed').toBe(2)
  })

  test('before the first and after the last block there is a gap, and an empty history is nothing but one', async () => {
    const document = await done(historyOf(blocks.slice(9, 20)))
    expect(document.gaps.list.map(({ fromBlock, toBlock }) => [fromBlock, toBlock])).toEqual([
      [1, 9],
      [21, LAST],
    ])
    expect(document.range).toMatchObject({ blocks: 11, first: { number: 10 }, last: { number: 20 } })
    expect(await done(openHistory(newPlace(), CHAIN_ID))).toMatchObject({
      range: { blocks: 0, first: null, last: null },
      gaps: { list: [{ fromBlock: 1, toBlock: LAST }] },
    })
  })
})

describe('labels', () => {
  const file = (content: unknown): string => {
    const path = join(newPlace(), 'labels.json')
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
    return path
  }
  const measured = async (labels: unknown) => {
    const { labels: found, alerts } = await done(whole, { labels: readLabels(file(labels)) })
    return { found, alerts }
  }

  test('an alert in the attack: precision and recall of 1 of 1, with their bounds', async () => {
    const { found, alerts } = await measured([{ from: ATTACK_BLOCK - 3, to: ATTACK_BLOCK, name: 'the jump' }])
    expect(found).toMatchObject({
      judged: 1,
      precision: { count: 1, of: 1, share: 1, high: 1 },
      recall: { count: 1, of: 1, share: 1, high: 1 },
      list: [{ name: 'the jump', alerts: 1, blocksToFirstAlert: 3, judgedBlocks: 4, subject: null }],
    })
    expect(found?.recall?.low).toBeCloseTo(0.025, 12)
    expect(alerts.list[0]?.label).toBe('the jump')
  })

  test.each([
    ['one block before the alert', { to: ATTACK_BLOCK - 1 }],
    ['another subject', { to: LAST, subject: `0x${'11'.repeat(20)}` }],
  ])('%s: neither precise nor recalled', async (_, more) => {
    const { found } = await measured([{ from: 100, name: 'x', ...more }])
    expect(found).toMatchObject({ precision: { count: 0, of: 1 }, recall: { count: 0, of: 1 }, list: [{ blocksToFirstAlert: null }] })
  })

  test('the subject in capitals counts; what lies outside of the range is not judged', async () => {
    const upper = `0x${FEED.slice(2).toUpperCase()}`
    const { found } = await measured([
      { from: 100, to: LAST, name: 'here', subject: upper },
      { from: 10_000, to: 10_001, name: 'elsewhere' },
    ])
    expect(found).toMatchObject({ judged: 1, recall: { count: 1, of: 1 }, list: [{ alerts: 1 }, { judgedBlocks: 0, alerts: 0 }] })
  })

  test('without an alert there is no precision, and without an attack no recall', async () => {
    const quiet = await done(whole, { to: 50, labels: [] })
    expect(quiet.labels).toEqual({ judged: 0, precision: null, recall: null, list: [] })
  })

  test.each([
    ['{', /--labels .*labels\.json: got ".*"; want a JSON file that can be read/],
    [{}, /want array/],
    [[{ from: 1, to: 2 }], /0\.name: got nothing; want string/],
    [[{ from: 5, to: 4, name: 'x' }], /0\.to: got 4; want a block at or after "from"/],
    [[{ from: 1, to: 2, name: 'x', subject: '0x1' }], /0\.subject: got "0x1"; want an address/],
    [[{ from: 1, to: 2, name: 'x', severity: 'high' }], /no key "severity"/],
  ])('%j is refused, and it says why', (content, message) => {
    expect(() => readLabels(file(content))).toThrow(message)
  })
})
