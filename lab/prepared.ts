// The state that every scenario starts from: a governed market with seven days of feed rounds and aged accounts, built once.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { Address, Hex } from 'viem'
import { buildContracts } from '../scripts/build-contracts.mjs'
import { Guard } from '../src/contracts/Guard.ts'
import { Liquidator } from '../src/contracts/Liquidator.ts'
import { ACCOUNTS, accountOf } from './accounts.ts'
import { startAnvil } from './anvil.ts'
import { packageVersion } from './deploy/artifacts.ts'
import { Builder } from './deploy/builder.ts'
import { entriesFor } from './deploy/guard.ts'
import { type Deployment, deployLab } from './deploy/index.ts'
import { liveThroughDays } from './history.ts'
import { BLOCK_S, SYMBOLS } from './market.ts'
import { openPositions } from './opening.ts'
import type { Prices } from './prices.ts'
import { shrinkState } from './shrink.ts'

export interface PreparedState {
  readonly key: string
  /** Unzipped dump for `anvil --load-state`. */
  readonly stateFile: string
  /** The same chain without the states of its past blocks: for who reads nothing before the head. It loads about six times faster. */
  readonly headStateFile: string
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
const PACKAGES = [
  '@aave/core-v3',
  '@openzeppelin/contracts',
  '@safe-global/safe-contracts',
  '@uniswap/v3-core',
  '@uniswap/v3-periphery',
  '@foundry-rs/anvil',
]
/** The prepared state, from the cache if nothing that determines it has changed. */
export async function preparedState(options: PrepareOptions = {}): Promise<PreparedState> {
  const { seed = 1, log = () => {} } = options
  await buildContracts()
  const key = cacheKey(seed)
  const stateFile = join(CACHE, `prepared-${key}.state.json`)
  const headStateFile = join(CACHE, `prepared-${key}.head.json`)
  const metaFile = join(CACHE, `prepared-${key}.json`)
  if ([stateFile, headStateFile, metaFile].every((file) => existsSync(file))) {
    return { ...(JSON.parse(readFileSync(metaFile, 'utf8')) as PreparedState), stateFile, headStateFile }
  }
  mkdirSync(CACHE, { recursive: true })
  for (const old of readdirSync(CACHE)) if (old.startsWith('prepared-') && !old.includes('.part')) rmSync(join(CACHE, old))
  const [partial, partialHead] = [stateFile, headStateFile].map((file) => `${file}.${process.pid}.part`) as [string, string]
  const meta = await build(seed, key, partial, partialHead, log)
  renameSync(partial, stateFile)
  renameSync(partialHead, headStateFile)
  // Last, so that a build cut short is built again.
  writeFileSync(metaFile, JSON.stringify(meta))
  return { ...meta, stateFile, headStateFile }
}

async function build(
  seed: number,
  key: string,
  stateFile: string,
  headStateFile: string,
  log: (line: string) => void,
): Promise<Omit<PreparedState, 'stateFile' | 'headStateFile'>> {
  const startedMs = performance.now()
  const say = (what: string): void => log(`prepare: ${what} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`)
  const dumpFile = `${stateFile}.full`
  const anvil = await startAnvil({ genesisTimeS: GENESIS_TIME_S, dumpFile })
  try {
    await anvil.rpc.call('anvil_setBlockTimestampInterval', [BLOCK_S])
    const accounts = Array.from({ length: ACCOUNTS }, (_, n) => accountOf('deployer', n).address)
    await anvil.rpc.batch(accounts.map((address) => ({ method: 'anvil_setBalance', params: [address, '0xd3c21bcecceda1000000'] })))
    const b = new Builder(anvil.rpc, accountOf('deployer').address)
    const deployment = await deployLab(b)
    say(`deployed by block ${deployment.deployBlock}`)
    const rounds = Object.fromEntries([...deployment.feeds, ...deployment.secondFeeds].map(({ id }) => [id, 0]))
    const people = await openPositions(b, deployment, seed, rounds)
    say(`${people.length} accounts opened by block ${(await b.head()).number}`)
    const prices = await liveThroughDays(b, deployment, seed, rounds, (round, all) => {
      if (round % 100 === 0) say(`feed round ${round} of ${all}`)
    })
    const head = await b.head()
    say(`head is block ${head.number}`)
    await anvil.stopAndDump()
    say('dumped')
    shrinkState(dumpFile, stateFile, headStateFile)
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
  for (const [file, text] of labSources()) hash.update(file).update(text)
  for (const pkg of PACKAGES) hash.update(packageVersion(pkg))
  const nobody = '0x0000000000000000000000000000000000000001'
  const tokens = Object.fromEntries(SYMBOLS.map((symbol) => [symbol, nobody] as const))
  const entries = entriesFor({ pool: nobody, configurator: nobody, dataProvider: nobody, tokens })
  hash.update(Guard.bytecode).update(Liquidator.bytecode)
  for (const compiled of ['chainlink.json', 'ocr.json']) hash.update(readFileSync(join(CACHE, compiled)))
  hash.update(JSON.stringify([seed, entries], (_, value) => (typeof value === 'bigint' ? `${value}` : value)))
  return hash.digest('hex').slice(0, 16)
}

/** This file and all of the lab that it imports, however deep, by path within the lab. */
function labSources(): [string, string][] {
  const found = new Map<string, string>()
  const queue = [import.meta.filename]
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const file = relative(import.meta.dirname, path)
    if (file.startsWith('..') || found.has(file)) continue
    const text = readFileSync(path, 'utf8')
    found.set(file, text)
    const imports = text.matchAll(/^(?:import|export) (?!type )[^'";]*from '(\.[^']+\.ts)'/gm)
    for (const [, target] of imports) queue.push(join(dirname(path), target as string))
  }
  return [...found].sort(([x], [y]) => (x < y ? -1 : 1))
}
