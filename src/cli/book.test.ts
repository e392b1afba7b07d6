import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { quietFrom } from '../history/history.builders.ts'
import { openHistory } from '../history/history.ts'
import { type BookCommand, book } from './book.ts'
import { type BookDocument, bookLines } from './book-text.ts'

const POOL = `0x${'ab'.repeat(20)}`
let folder: string
const configOf = (name: string, watch: string): void =>
  writeFileSync(
    join(folder, name),
    `import { aaveV3Pool, blind, chainlinkFeeds, defineConfig } from 'firebreak'
export default defineConfig({
  chain: { id: 1, fromBlock: 1 },
  nodes: [{ id: 'a', rpc: 'ws://127.0.0.1:1', dataDir: ${JSON.stringify(folder)} }],
  watch: [${watch}],
  detectors: [blind()],
})
`,
  )
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-cli-book-'))
  configOf('pool.ts', `aaveV3Pool({ chainId: 1, pool: '${POOL}' })`)
  configOf('feeds.ts', `chainlinkFeeds({ chainId: 1, feeds: [{ name: 'ETH / USD', proxy: '${POOL}' }] })`)
  const kept = openHistory(join(folder, 'history'), 1)
  kept.append(quietFrom(10, 19), 'rpc')
  kept.append(quietFrom(30, 34), 'rpc')
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.restoreAllMocks())

describe('firebreak book', () => {
  // its answers are compared with the contract's own in src/protocols/aave-v3/exact.anvil.test.ts
  test.each<readonly [Partial<BookCommand>, string]>([
    [{ at: 20 }, '--at: got 20; want a block that is there: 10 to 19, 30 to 34'],
    [{ folder: 'not-there' }, 'history in not-there: got "no block of chain 1"; want blocks: `firebreak import --help` says how'],
    [{}, 'no pool that has answered: its first reads are missing'],
    [{ price: 5, fall: 5, market: 'X' }, '--price, --fall: got "both"; want one of them'],
    [{ price: 5 }, '--market: got "none"'],
    [{ cascade: true }, '--market: got "none"'],
    [{ market: 'X', fall: 100 }, '--fall: got 100; want percent above 0 and below 100'],
    [{ market: 'X', price: 0 }, '--price: got 0; want USD above 0'],
    [{ market: 'X', price: Number.NaN }, '--price: got "no number"; want USD above 0'],
    [{ depthUnits: 5 }, '--depth-units: got 5; want --cascade with it'],
    [{ cascade: true, market: 'X', depthUnits: -1 }, '--depth-units: got -1; want units above 0'],
  ])('%j is refused', async (more, message) => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const asked = book({ config: join(folder, 'pool.ts'), cascade: false, json: false, ...more })
    await expect(asked).rejects.toThrow(message)
  })

  test('a config without a lending pool is refused', async () => {
    const asked = book({ config: join(folder, 'feeds.ts'), cascade: false, json: false })
    await expect(asked).rejects.toThrow('config.watch: got "no lending pool"; want one, by aaveV3Pool()')
  })
})

describe('as tables', () => {
  const account = (n: number) => ({
    account: `0x${String(n).padStart(40, '0')}` as const,
    collateralUsd: 90,
    debtUsd: 100 + n,
    health: 0.74,
    status: n === 0 ? ('bad debt' as const) : ('under its threshold' as const),
  })
  const point = { poolUsd: 1_900, liquidatedUsd: 5, soldUnits: 1, liquidations: 2, badDebtUsd: 3, toxicUsd: 0, leftAloneUsd: 0 }
  const document: BookDocument = {
    chainId: 1,
    block: { number: 100, hash: '0x', timeS: 1_780_272_000 },
    fromBlock: 5,
    wholeBlock: 90,
    pools: [
      {
        pool: POOL as `0x${string}`,
        accounts: 30,
        markets: [{ asset: '0x', name: 'WETH', priceUsd: 2_000, supplied: 10.5, borrowed: 12, net: -1.5, netUsd: -3_000, knownShare: 0.5 }],
        underWater: Array.from({ length: 23 }, (_, n) => account(n)),
      },
    ],
    supposed: { market: 0, name: 'WETH', priceUsd: 1_500, priceNowUsd: 2_000, underWater: [], computed: 7 },
    cascade: {
      name: 'WETH',
      accounts: 12,
      depthFrom: 'given',
      question: { priceUsd: 2_000, untilShare: 0.5, steps: 12, bonus: 0.05, depth: { kind: 'constant-product', reserveUnits: 800 } },
      points: Array.from({ length: 13 }, (_, n) => ({ ...point, pathUsd: 2_000 - 10 * n })),
      toxicPoint: 7,
    },
  }
  const text = bookLines(document).join('\n')

  test('net exposure, accounts with their status, what is left out, and how old the reads are', () => {
    expect(text).toContain('prices and parameters as of block 90')
    expect(text).toMatch(/WETH +2,000 +10.5 +12 +-1.5 +-3,000 +50.0 %/)
    expect(text).toContain('under water now: 23 accounts with 2,553 USD of debt, 1 of them with bad debt of 10 USD')
    expect(text).toMatch(/0x0+ +0.7400 +90 +100 +bad debt/)
    expect(text).toContain('and 3 more with smaller debts')
    expect(text).toContain('WETH at 1,500 USD (-25.0 %)\nunder water then: nobody; 7 accounts had to be computed')
  })

  test('each fifth point of the cascade, its last and the toxic one with the one before it', () => {
    const paths = [...text.matchAll(/^(\d,\d+) +1,900/gm)].map((match) => match[1])
    expect(paths).toEqual(['2,000', '1,950', '1,940', '1,930', '1,900', '1,880'])
    expect(text).toMatch(/^1,930 .*<- toxic from here$/m)
  })
})
