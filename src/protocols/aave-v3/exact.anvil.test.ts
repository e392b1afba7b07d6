// Our health factor equals the contract's: hundreds of random operations on the real Aave v3, all six fields of all accounts compared.
// Then the same blocks as stored history, and `firebreak book` asked of them what the contract answers.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { SYMBOLS } from '../../../lab/market.ts'
import { AaveLab } from '../../../test/support/aave-lab.ts'
import { callsAt } from '../../../test/support/fold.ts'
import { type BookCommand, book } from '../../cli/book.ts'
import type { BookDocument } from '../../cli/book-text.ts'
import type { BlockInput, Hex } from '../../core/flow.ts'
import { callOf, wordAt } from '../../core/words.ts'
import { openHistory } from '../../history/history.ts'
import { VIEW } from './abi.ts'
import { exactRun } from './exact.builders.ts'

const SEED = Number(process.env['SEED'] ?? 20_260_601)

let lab: AaveLab
let blocks: readonly BlockInput[] = []
let worstBlock = 0
let folder = ''
beforeAll(async () => {
  lab = await AaveLab.start()
  folder = mkdtempSync(join(tmpdir(), 'firebreak-book-'))
}, 60_000)
afterAll(() => {
  lab?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('all six fields of all accounts equal the contract, block after block, and every block can be undone', {
  timeout: 180_000,
}, async () => {
  const run = await exactRun(lab, { seed: SEED, people: 30, blocks: 500, compareEvery: 2 })
  blocks = run.blocks
  worstBlock = run.worstBlock
  console.log(run.figures)
})

/** Everybody whom the book knows, by what the contract says of them after a block: health below 1. */
async function underByContract(accounts: readonly Hex[], hash: Hex): Promise<readonly Hex[]> {
  const pool = lab.aave.pool.address.toLowerCase() as Hex
  const answers = await callsAt(
    lab.anvil.rpc,
    accounts.map((account) => callOf(pool, VIEW.accountData, BigInt(account))),
    hash,
  )
  return accounts.filter((_, n) => (wordAt(answers[n]?.result, 5) ?? 0n) < 10n ** 18n).sort()
}

test('`firebreak book` over these blocks as history: under water are those of whom the contract says so, also at a price that comes next', async () => {
  const history = openHistory(join(folder, 'history'), 31337)
  history.append(
    blocks.map((block) => ({ ...block, readsState: 'asked' as const })),
    'capture',
  )
  const feeds = SYMBOLS.map((symbol) => ({ name: `${symbol} / USD`, proxy: lab.feeds[symbol].proxy.address }))
  const config = join(folder, 'firebreak.config.ts')
  writeFileSync(
    config,
    `import { aaveV3Pool, blind, chainlinkFeeds, defineConfig } from 'firebreak'
export default defineConfig({
  chain: { id: 31337, fromBlock: 1 },
  nodes: [{ id: 'a', rpc: 'ws://127.0.0.1:1', dataDir: ${JSON.stringify(folder)} }],
  watch: [
    chainlinkFeeds({ chainId: 31337, feeds: ${JSON.stringify(feeds)} }),
    aaveV3Pool({ chainId: 31337, pool: '${lab.aave.pool.address}' }),
  ],
  detectors: [blind()],
})
`,
  )
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const asked = async (more: Partial<BookCommand>): Promise<BookDocument> => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    await book({ config, cascade: false, json: true, ...more })
    const text = String(log.mock.calls[0]?.[0])
    log.mockRestore()
    return JSON.parse(text) as BookDocument
  }
  const people = [...new Set(blocks.flatMap(({ logs }) => logs.flatMap(({ topics }) => topics.slice(1))))]
    .filter((topic) => topic.startsWith(`0x${'0'.repeat(24)}1`))
    .map((topic): Hex => `0x${topic.slice(26)}`)
  expect(people.length).toBeGreaterThan(29)

  let under = 0
  for (const block of blocks.filter(({ number }, n) => number === worstBlock || n === blocks.length >> 1 || n === blocks.length - 1)) {
    const document = await asked({ at: block.number })
    const said = document.pools[0]?.underWater.map(({ account }) => account) ?? []
    expect([...said].sort()).toEqual(await underByContract(people, block.hash))
    expect(document).toMatchObject({ wholeBlock: block.number, block: { hash: block.hash } })
    under += said.length
  }
  expect(under).toBeGreaterThan(0)

  // the first asset whose fall hurts somebody: what people hold after hundreds of random operations is chance
  for (const symbol of SYMBOLS) {
    const { supposed, cascade, pools } = await asked({ market: symbol.toLowerCase(), fall: 60, cascade: true, depthUnits: 1_000 })
    const would = supposed?.underWater.map(({ account }) => account) ?? []
    if (would.length <= (pools[0]?.underWater.length ?? 0)) continue
    expect(cascade?.points.at(-1)?.liquidations).toBeGreaterThan(0)
    // it comes: the feed's reporters say this price, and the contract is asked
    await lab.mine(lab.priceRound(symbol, supposed?.priceUsd ?? 0))
    const head = await lab.anvil.rpc.call<{ readonly hash: Hex }>('eth_getBlockByNumber', ['latest', false])
    expect([...would].sort()).toEqual(await underByContract(people, head.hash))
    return
  }
  expect.unreachable('nobody is hurt by the fall of any asset')
})
