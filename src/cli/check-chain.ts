// The config against the chain: every node's endpoint, then pools, feeds, Guards and roles through the first endpoint that answers.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { FirebreakError } from '../core/errors.ts'
import { RpcError } from '../ingest/errors.ts'
import { openRecordReadOnly } from '../record/record.ts'
import type { Local } from './check-files.ts'
import { checkGuard } from './check-guard.ts'
import { type Check, failure, ok, skipped, warning } from './check-list.ts'
import { checkFeeds, checkOthers, checkPool } from './check-pool.ts'
import { checkRoles } from './check-roles.ts'
import { watchedThings } from './check-watched.ts'
import { type Look, lookAt, quantity } from './look.ts'
import type { PoolContracts } from './look-aave.ts'
import { duration } from './show.ts'

/** A head older than this many blocks: the endpoint lags, or the chain stands still. */
const LATE_BLOCKS = 10

export async function checkOnline(config: Config, { endpoints, signers }: Local, say: (text: string) => void): Promise<readonly Check[]> {
  const checks: Check[] = []
  let look: Look | undefined
  try {
    for (const node of config.nodes) {
      // one that could not be read was said already
      for (const endpoint of endpoints.get(node.id) ?? []) {
        say(`asking an endpoint of node ${node.id}`)
        const opened = await connect(config, node.id, endpoint, checks)
        if (!opened) continue
        checks.push(...(await abilities(config, node, opened)))
        if (look) opened.close()
        else look = opened
      }
    }
    if (!look) return [...checks, skipped('chain', 'nothing on the chain was checked: no endpoint answers for it', 'mend the endpoints')]
    checks.push(...(await onChain(config, look, signers, say)))
    return checks
  } finally {
    look?.close()
  }
}

async function connect({ chain }: Config, id: string, endpoint: string, checks: Check[]): Promise<Look | undefined> {
  const name = `endpoint ${id}`
  let look: Look
  try {
    look = await lookAt(endpoint)
  } catch (error) {
    checks.push(failure(name, (error as Error).message, `is it up, is the address right? See config.nodes.${id}.rpc`))
    return undefined
  }
  if (look.chainId !== chain.id) {
    look.close()
    checks.push(
      failure(name, `${look.endpoint} is chain ${look.chainId}; config.chain.id is ${chain.id}`, "the endpoint of the config's chain"),
    )
    return undefined
  }
  checks.push(ok(name, `${look.endpoint} is chain ${look.chainId}, block ${look.head.number}`))
  return look
}

/** What a node will ask of its endpoint. */
async function abilities({ chain, watch }: Config, { id, dataDir }: Config['nodes'][number], look: Look): Promise<readonly Check[]> {
  const name = `endpoint ${id}`
  const checks: Check[] = []
  const { head } = look
  const can = async (method: string, params: readonly unknown[]): Promise<boolean> => {
    try {
      return (await look.request(method, params)) !== null
    } catch (error) {
      if (error instanceof FirebreakError) return false
      throw error
    }
  }
  if (
    !(await can('eth_call', [
      { to: NOBODY, data: '0x' },
      { blockHash: head.hash, requireCanonical: false },
    ]))
  )
    checks.push(failure(name, 'does not answer calls by block hash (EIP-1898)', 'another provider: a node reads nothing without them'))
  if (!(await can('eth_getBlockReceipts', [head.hash])))
    checks.push(warning(name, 'has no eth_getBlockReceipts: logs are less well checked', 'another provider, if you can choose'))
  const simulation = { blockStateCalls: [{ calls: [{ to: NOBODY, data: '0x' }] }], validation: false }
  if (!(await can('eth_simulateV1', [simulation, quantity(head.number)])))
    checks.push(warning(name, 'has no eth_simulateV1: decisions rest on the analytic bound', 'another provider, if it is to be armed'))
  if (!look.pushes)
    checks.push(warning(name, 'does not push new blocks: it is asked for them, which is slower', 'ws:, wss: or an IPC path'))
  const seen = lastSeen(dataDir, chain.id)
  const next = seen === undefined ? chain.fromBlock : seen + 1
  if (seen !== undefined && seen > head.number) {
    const about = `is at block ${head.number}; the node has seen block ${seen} already`
    checks.push(warning(name, about, 'does it lag? See what another provider says'))
  } else if (watch.length > 0 && next <= head.number) {
    const trouble = await look.code(NOBODY, next).then(
      () => undefined,
      (error: unknown) => (error instanceof RpcError ? error.text : String(error)),
    )
    if (trouble !== undefined) {
      const mend = 'an archive endpoint, or a later config.chain.fromBlock (older accounts are unknown then)'
      checks.push(failure(name, `keeps no state of block ${next}, where the node begins: ${trouble}`, mend))
    }
  }
  const lateS = Date.now() / 1000 - head.timeS
  const everyS = chain.blockTimeS ?? 12
  if (lateS > LATE_BLOCKS * everyS)
    checks.push(
      warning(name, `its newest block is ${duration(lateS)} old`, 'does another provider show a newer one? Else the chain stands still'),
    )
  return checks.length > 0 ? checks : [ok(name, 'calls by hash, receipts, simulation, new heads pushed, state from where the node begins')]
}

const NOBODY = '0x000000000000000000000000000000000000dead'

/** The last block of a node that has run before: it goes on from there. */
function lastSeen(dataDir: string, chainId: number): number | undefined {
  if (!existsSync(join(dataDir, 'firebreak.db'))) return undefined
  try {
    const record = openRecordReadOnly(dataDir)
    try {
      return record.status().cursors.find((cursor) => cursor.chainId === chainId)?.number ?? undefined
    } finally {
      record.close()
    }
  } catch {
    return undefined // a record that can't be read is the node's to complain about
  }
}

/** A part that fails as a whole says so in its own row, and the others go on. */
async function onChain(config: Config, look: Look, signers: Local['signers'], say: (text: string) => void): Promise<readonly Check[]> {
  const { feeds, pools, others } = watchedThings(config)
  const checks: Check[] = []
  const part = async (name: string, work: () => Promise<readonly Check[]>): Promise<void> => {
    say(name)
    try {
      checks.push(...(await work()))
    } catch (error) {
      if (!(error instanceof FirebreakError)) throw error
      checks.push(failure(name, error.message, 'try again; if it stays, another endpoint'))
    }
  }
  const sources = new Set<string>()
  for (const pool of pools) {
    let contracts: PoolContracts | undefined
    await part(`pool ${pool.pool}`, async () => {
      const found = await checkPool(look, pool, feeds, config.chain.fromBlock)
      contracts = found.contracts
      for (const source of found.sources) sources.add(source)
      return found.checks
    })
    const { guard } = pool
    if (!guard || !contracts) continue
    const around = contracts
    await part(`Guard ${guard.address}`, () => checkGuard(look, config, { ...pool, guard }, around, signers))
    await part('roles', () => checkRoles(look, guard, around, config.chain.fromBlock, say))
  }
  for (const other of others) await part(other.kinds, () => checkOthers(look, other))
  if (feeds.length > 0) await part('feeds', () => checkFeeds(look, feeds, pools.length > 0 ? sources : undefined))
  return checks
}
