// The state that every scenario starts from: a governed market with seven days of feed rounds and aged accounts, built once.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Address, Hex } from 'viem'
import { buildContracts } from '../scripts/build-contracts.mjs'
import { Guard } from '../src/contracts/Guard.ts'
import { accountOf } from './accounts.ts'
import { startAnvil } from './anvil.ts'
import { packageVersion } from './deploy/artifacts.ts'
import { Builder } from './deploy/builder.ts'
import { entriesFor } from './deploy/guard.ts'
import { type Deployment, deployLab } from './deploy/index.ts'
import { liveThroughDays, openPositions } from './history.ts'
import { BLOCK_S, SYMBOLS } from './market.ts'
import type { Prices } from './prices.ts'
import { shrinkState } from './shrink.ts'

export interface PreparedState {
  readonly key: string
  /** Unzipped dump for `anvil --load-state`. */
  readonly stateFile: string
  readonly genesisTimeS: number
  readonly deployment: Deployment
  readonly head: { readonly number: number; readonly hash: Hex; readonly timeS: number }
  /** True prices at the head. */
  readonly prices: Prices
  /** Last round that each feed has reported. */
  readonly rounds: Readonly<Record<string, number>>
  readonly nonces: Readonly<Record<Address, number>>
  readonly people: readonly { readonly name: string; readonly address: Address }[]
}

export interface PrepareOptions {
  readonly seed?: number
  readonly log?: (line: string) => void
}

/** 2026-06-01T00:00:00Z: fixed, since block hashes depend on it. */
const GENESIS_TIME_S = 1_780_272_000
const ROOT = join(import.meta.dirname, '..')
const CACHE = join(ROOT, '.cache', 'lab')
const FUNDED_ACCOUNTS = 100
/** Files of the lab that have no part in what is prepared. */
const NOT_PREPARING = new Set([
  'proxy.ts',
  'clock.ts',
  'traffic.ts',
  'reads.ts',
  'ledger.ts',
  'observe.ts',
  'liquidator.ts',
  'outcomes.ts',
  'run.ts',
  'index.ts',
])

/** The prepared state, from the cache if nothing that determines it has changed. */
export async function preparedState(options: PrepareOptions = {}): Promise<PreparedState> {
  const { seed = 1, log = () => {} } = options
  await buildContracts()
  const key = cacheKey(seed)
  const stateFile = join(CACHE, `prepared-${key}.state.json`)
  const metaFile = join(CACHE, `prepared-${key}.json`)
  if (existsSync(stateFile) && existsSync(metaFile)) {
    return { ...(JSON.parse(readFileSync(metaFile, 'utf8')) as PreparedState), stateFile }
  }
  mkdirSync(CACHE, { recursive: true })
  for (const old of readdirSync(CACHE)) if (old.startsWith('prepared-') && !old.includes('.part')) rmSync(join(CACHE, old))
  const partial = `${stateFile}.${process.pid}.part`
  const meta = await build(seed, key, partial, log)
  renameSync(partial, stateFile)
  // Last, so that a build cut short is built again.
  writeFileSync(metaFile, JSON.stringify(meta))
  return { ...meta, stateFile }
}

async function build(seed: number, key: string, stateFile: string, log: (line: string) => void): Promise<Omit<PreparedState, 'stateFile'>> {
  const startedMs = performance.now()
  const say = (what: string): void => log(`prepare: ${what} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`)
  const dumpFile = `${stateFile}.full`
  const anvil = await startAnvil({ genesisTimeS: GENESIS_TIME_S, dumpFile })
  try {
    await anvil.rpc.call('anvil_setBlockTimestampInterval', [BLOCK_S])
    const accounts = Array.from({ length: FUNDED_ACCOUNTS }, (_, n) => accountOf('deployer', n).address)
    await anvil.rpc.batch(accounts.map((address) => ({ method: 'anvil_setBalance', params: [address, '0xd3c21bcecceda1000000'] })))
    const b = new Builder(anvil.rpc, accountOf('deployer').address)
    const deployment = await deployLab(b)
    say(`deployed by block ${deployment.deployBlock}`)
    const rounds = Object.fromEntries([...SYMBOLS, deployment.secondFeed.id].map((id) => [id, 0]))
    const people = await openPositions(b, deployment, seed, rounds)
    say(`${people.length} accounts opened by block ${(await b.head()).number}`)
    const prices = await liveThroughDays(b, deployment, seed, rounds, (round, all) => {
      if (round % 100 === 0) say(`feed round ${round} of ${all}`)
    })
    const head = await b.head()
    say(`head is block ${head.number}`)
    await anvil.stopAndDump()
    say('dumped')
    shrinkState(dumpFile, stateFile)
    say('shrunk')
    return { key, genesisTimeS: GENESIS_TIME_S, deployment, head, prices, rounds, nonces: Object.fromEntries(b.chain.nonces), people }
  } finally {
    await anvil.stop()
    rmSync(dumpFile, { force: true })
  }
}

/** Hash of everything that determines the state: the lab's sources that build it, contracts, entries, package versions, seed. */
function cacheKey(seed: number): string {
  const hash = createHash('sha256')
  for (const folder of [import.meta.dirname, join(import.meta.dirname, 'deploy')]) {
    for (const file of readdirSync(folder).sort()) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts') || NOT_PREPARING.has(file)) continue
      if (file === 'index.ts' && folder === import.meta.dirname) continue
      hash.update(file).update(readFileSync(join(folder, file)))
    }
  }
  for (const pkg of ['@aave/core-v3', '@openzeppelin/contracts', '@safe-global/safe-contracts', '@foundry-rs/anvil'])
    hash.update(packageVersion(pkg))
  const nobody = '0x0000000000000000000000000000000000000001'
  const tokens = Object.fromEntries(SYMBOLS.map((symbol) => [symbol, nobody] as const))
  const entries = entriesFor({ pool: nobody, configurator: nobody, dataProvider: nobody, tokens })
  hash.update(Guard.bytecode).update(readFileSync(join(CACHE, 'chainlink.json')))
  hash.update(JSON.stringify([seed, entries], (_, value) => (typeof value === 'bigint' ? `${value}` : value)))
  return hash.digest('hex').slice(0, 16)
}
