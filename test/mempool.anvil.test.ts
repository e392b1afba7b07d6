// An attack that waits in the public mempool of the real market: seen, answered first in the same block, and failed; and what isn't seen.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeFunctionData, parseAbi } from 'viem'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { accountOf } from '../lab/accounts.ts'
import type { Signed, Tx } from '../lab/chain.ts'
import { units } from '../lab/market.ts'
import { poolCalls } from '../lab/operations.ts'
import { startPrivateRelay } from '../lab/private-relay.ts'
import { submission } from '../lab/reporters.ts'
import type { Config } from '../src/config.ts'
import { canonical } from '../src/core/canonical.ts'
import type { Decision, Finding, Hex, Input } from '../src/core/flow.ts'
import { readCapture } from '../src/ingest/capture.ts'
import { pendingTxOf } from '../src/ingest/mempool/transaction.ts'
import { openRecordReadOnly } from '../src/record/record.ts'
import { walletOf } from '../src/respond/guard-world.builders.ts'
import { privateRelay } from '../src/respond/private-relay.ts'
import { replay } from '../src/tools/replay.ts'
import { aaveV3Pool, governance } from '../src/watched.ts'
import { secondGuard, sendAs } from './support/second-guard.ts'
import { openStage, type Stage, type StagedNodes, startNodes, until } from './support/stage.ts'

const GWEI = 1_000_000_000n
/** Over the nodes' first bid of 100, under their cap of 400. */
const ATTACK_FEE = 150n * GWEI
const TIMES = { expiryS: 600, hardCapS: 3_600, cooldownS: 60 }
const ACTIONS = ['stopBorrowingAgainst', 'borrowCap'] as const
const BORROW_USD = 500_000

interface Receipt {
  readonly status: Hex
  readonly transactionIndex: Hex
  readonly blockNumber: Hex
}

describe('an attack in the mempool', () => {
  let stage: Stage
  let nodes: StagedNodes
  let guard: Hex
  let base = 0
  let ended = false
  const captures = () => join(stage.folder, 'captures')
  beforeAll(async () => {
    const opened = await openStage()
    stage = { ...opened, config: await alone(opened) }
    nodes = await startNodes(stage, { armed: true, captures: captures() })
    base = await step()
    await until('all hear and simulate', () => [...nodes.entries.values()].every((all) => all.some(isReady)))
    for (const all of nodes.entries.values()) all.splice(0)
  })
  afterEach(async () => {
    await stage.anvil.rpc.call('anvil_dropAllTransactions')
    const depth = (await stage.chain.head()).number - base
    if (depth > 0) await stage.anvil.rpc.call('anvil_reorg', [depth, []])
    stage.rewind()
    if (ended) return
    await step()
    for (const all of nodes.entries.values()) all.splice(0)
  })
  afterAll(async () => {
    await nodes?.stop()
    await stage?.close()
  })

  /** One node over a Guard of its own, which it may act through by itself. */
  const alone = async ({ anvil, prepared, config, chain }: Stage): Promise<Config> => {
    const { deployment } = prepared
    guard = await secondGuard(anvil, prepared, TIMES, (action) => ACTIONS.some((known) => known === action))
    const { pool, configurator, dataProvider, assets, chainId } = deployment
    const grant = parseAbi(['function addRiskAdmin(address admin)'])
    await sendAs(anvil, deployment.safe, deployment.aclManager, encodeFunctionData({ abi: grant, args: [guard] }))
    const sinceBlock = (await chain.head()).number
    const acts = {
      address: guard,
      configurator,
      dataProvider,
      assets: assets.map(({ address, decimals, symbol }) => ({ address, decimals, symbol })),
    }
    const watch = config.watch.map((watched) => {
      const rules = watched.rules as { readonly governance?: object; readonly aaveV3?: object }
      if (rules.governance) return governance({ chainId, ...rules.governance, own: [guard], sinceBlock })
      return rules.aaveV3 ? aaveV3Pool({ chainId, pool, guard: { ...acts, ...TIMES, actions: [...ACTIONS] } }) : watched
    })
    const signers = [deployment.nodes[0]?.address.toLowerCase() as Hex]
    const mempool = { queued: 256, looksPerSender: 64, ttlS: 180 }
    return { ...config, watch, nodes: config.nodes.slice(0, 1), quorum: { signers, k: 1, windowS: 120 }, mempool }
  }
  const isReady = ({ kind, body }: { readonly kind: string; readonly body: unknown }): boolean => {
    const { mempool } = body as { readonly mempool?: { readonly feed: string; readonly engine: string } }
    return kind === 'health' && mempool?.feed === 'objects' && mempool.engine === 'eth_simulateV1'
  }
  const step = async (): Promise<number> => {
    const number = await stage.mine()
    await nodes.judged(number)
    return number
  }
  const heard = <T>(kind: string, node = 'a'): readonly T[] =>
    (nodes.entries.get(node) ?? []).filter((entry) => entry.kind === kind).map(({ body }) => body as T)
  const waiting = async (): Promise<readonly { readonly to: Hex | null; readonly hash: Hex; readonly maxFeePerGas: Hex }[]> => {
    const { pending } = await stage.anvil.rpc.call<{ pending: Record<string, Record<string, never>> }>('txpool_content')
    return Object.values(pending).flatMap((byNonce) => Object.values(byNonce))
  }
  const ours = async () => {
    return (await waiting()).filter(({ to }) => to?.toLowerCase() === guard.toLowerCase())
  }
  const receipt = (hash: Hex) => stage.anvil.rpc.call<Receipt>('eth_getTransactionReceipt', [hash])
  const borrow = async (maxFeePerGas: bigint): Promise<Hex> => {
    const { deployment } = stage.prepared
    const call = poolCalls(deployment, deployment.whale).borrow('USDC', units('USDC', BORROW_USD))
    const signed = await stage.chain.sign({ ...call, maxFeePerGas } as Tx)
    await stage.chain.broadcast([signed])
    return signed.hash
  }
  const gained = async (): Promise<number> => {
    const usdc = stage.prepared.deployment.assets.find(({ symbol }) => symbol === 'USDC')?.address
    const owner = stage.prepared.deployment.whale.slice(2).padStart(64, '0')
    const held = await stage.anvil.rpc.call<Hex>('eth_call', [{ to: usdc, data: `0x70a08231${owner}` }, 'latest'])
    return Number(BigInt(held)) / 1e6
  }

  test('false reports and a borrow wait: the market is closed before them in their own block, above their fee, and the borrow reverts', async () => {
    const before = await gained()
    await stage.falsePrice(ATTACK_FEE)
    await until('our answer waits', async () => (await ours()).length > 0, 10_000)
    const theft = await borrow(ATTACK_FEE - 10n)
    const [answer] = await ours()
    expect(BigInt(answer?.maxFeePerGas ?? 0)).toBeGreaterThan(ATTACK_FEE)
    const told = heard<Finding>('finding')
    expect(new Set(told.map(({ detector, basis }) => `${detector} ${basis}`))).toEqual(new Set(['oracle-jump local']))
    expect(heard<Decision & { pending: Hex }>('decision')[0]).toMatchObject({ chosen: expect.stringMatching(/^stopBorrowingAgainst/) })
    const number = await step()
    const [first, stolen] = [await receipt(answer?.hash ?? '0x'), await receipt(theft)]
    expect(first).toMatchObject({ status: '0x1', transactionIndex: '0x0', blockNumber: `0x${number.toString(16)}` })
    expect(stolen).toMatchObject({ status: '0x0', blockNumber: first.blockNumber })
    expect(await gained()).toBe(before)
    // the reports landed all the same: now the chain itself says so, and the action stands
    await until('the block is judged with it', () => heard<{ status: string }>('incident').some(({ status }) => status === 'contained'))
  })

  test('the same by a private route: nobody saw it, and it is not prevented', async () => {
    const before = await gained()
    const relay = await startPrivateRelay(stage.anvil.rpc)
    const { deployment, rounds, prices } = stage.prepared
    const feed = deployment.feeds.find(({ id }) => id === 'LINK')
    if (!feed) throw new Error('the lab has no LINK feed')
    const signed: Signed[] = []
    for (const reporter of feed.reporters.slice(0, 2)) {
      const report = submission(feed, reporter, (rounds['LINK'] ?? 0) + 1, 10 * prices.LINK)
      signed.push(await stage.chain.sign({ ...report, maxFeePerGas: ATTACK_FEE }))
    }
    const call = poolCalls(deployment, deployment.whale).borrow('USDC', units('USDC', BORROW_USD))
    const theft = await stage.chain.sign({ ...call, maxFeePerGas: ATTACK_FEE - 10n })
    const thief = privateRelay({ url: relay.url, method: 'bundle', identity: walletOf(accountOf('whale')) })
    const next = (await stage.chain.head()).number + 1
    for (const { raw } of [...signed, theft]) expect(await thief.send(raw, next, next)).toEqual({ kind: 'accepted' })
    expect(await relay.mine()).toBe(next)
    await nodes.judged(next)
    expect(heard('pending')).toEqual([])
    await relay.close()
    expect((await receipt(theft.hash)).status).toBe('0x1')
    expect(await gained()).toBe(before + BORROW_USD)
  })

  test('honest traffic of the market leads to nothing', async () => {
    const { deployment } = stage.prepared
    const person = accountOf('person', 0).address
    const calls = poolCalls(deployment, person)
    const signed = [
      await stage.chain.sign({ ...calls.supply('USDC', units('USDC', 100)) } as Tx),
      await stage.chain.sign({ ...calls.withdraw('USDC', units('USDC', 50)) } as Tx),
    ]
    await stage.chain.broadcast(signed)
    await stage.truePrice()
    await new Promise((rest) => setTimeout(rest, 500))
    await step()
    for (const { hash } of signed) expect((await receipt(hash)).status).toBe('0x1')
    for (const node of nodes.entries.keys()) {
      expect(heard('decision', node)).toEqual([])
      expect(heard('pending', node)).toEqual([])
    }
    expect(await ours()).toEqual([])
  })

  test('the capture holds what waited byte for byte, with bytes that prove themselves, and folds to the same entries', async () => {
    await stage.falsePrice(ATTACK_FEE)
    await until('our answer waits', async () => (await ours()).length > 0, 10_000)
    await nodes.stop()
    ended = true
    const file = join(captures(), 'a.jsonl')
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(1)
    const inputs: Input[] = []
    for await (const input of (await readCapture(file)).inputs) inputs.push(input)
    expect(inputs.map((input) => canonical(input))).toEqual(lines)
    const pending = inputs.filter((input) => input.kind === 'pending')
    expect(pending.length).toBeGreaterThan(0)
    for (const { rawTx, txs, txHash } of pending) {
      expect(txs.find(({ hash }) => hash === txHash)?.raw).toBe(rawTx)
      for (const tx of txs) expect(await pendingTxOf(tx.raw, stage.config.chain.id)).toEqual(tx)
    }
    const { entries, foldHash } = await replay(stage.config, file)
    const record = openRecordReadOnly(stage.config.nodes[0]?.dataDir ?? '')
    expect({ count: entries, hash: foldHash }).toEqual(record.foldHead())
    expect(record.status().mempool).toMatchObject({ feed: 'objects', engine: 'eth_simulateV1' })
    record.close()
  })
})
