// The laboratory itself: a lab that lies makes every figure of Firebreak worthless.
import {
  concat,
  encodeFunctionData,
  type Hex,
  numberToHex,
  pad,
  parseSignature,
  serializeCompactSignature,
  signatureToCompactSignature,
} from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Guard } from '../src/contracts/Guard.ts'
import { aclAbi, aggregatorAbi, poolAbi } from './abi.ts'
import { accountAt, accountOf } from './accounts.ts'
import { type Anvil, startAnvil } from './anvil.ts'
import { Chain } from './chain.ts'
import { BLOCK_S } from './market.ts'
import { assetOf } from './operations.ts'
import { type PreparedState, preparedState } from './prepared.ts'
import { startProxy } from './proxy.ts'
import { readViews } from './reads.ts'
import { Rpc } from './rpc.ts'
import { type RunResult, runScenario } from './run.ts'
import { scenarios } from './scenarios/index.ts'
import type { LabScenario } from './scenarios/lab.ts'

let prepared: PreparedState
beforeAll(async () => {
  prepared = await preparedState({ log: console.log })
}, 120_000)

const scenario = (id: string): LabScenario => {
  const found = scenarios.find((s) => s.id === id)
  if (found === undefined) throw new Error(`no scenario ${id}`)
  return found
}

describe('prepared state', () => {
  let anvil: Anvil
  beforeAll(async () => {
    anvil = await startAnvil({ genesisTimeS: prepared.genesisTimeS, stateFile: prepared.stateFile })
  }, 30_000)
  afterAll(() => anvil.stop())

  test('holds seven days of blocks, receipts and states', async () => {
    const { head, deployment } = prepared
    const chain = new Chain(anvil.rpc)
    expect((await chain.head()).hash).toBe(head.hash)
    expect(head.number).toBeLessThan(450)
    const middle = Math.floor(head.number / 2)
    const block = await anvil.rpc.call<{ hash: Hex; timestamp: Hex }>('eth_getBlockByNumber', [numberToHex(middle), false])
    expect(await anvil.rpc.call<unknown[]>('eth_getBlockReceipts', [block.hash])).not.toHaveLength(0)
    const views = [deployment.secondFeed, ...deployment.feeds].map(({ aggregator }) => ({
      to: aggregator,
      abi: aggregatorAbi,
      fn: 'latestRound',
    }))
    const now = (await readViews(anvil.rpc, head.number, views)) as bigint[]
    const then = (await readViews(anvil.rpc, middle, views)) as bigint[]
    for (const [i, round] of now.entries()) {
      expect(round).toBeGreaterThanOrEqual(300n)
      expect(then[i]).toBeLessThan(round)
    }
    const opened = await anvil.rpc.call<{ timestamp: Hex }>('eth_getBlockByNumber', [numberToHex(deployment.deployBlock + 3), false])
    expect(head.timeS - Number(opened.timestamp)).toBeGreaterThan(7 * 86_400)
  })

  test('the deployer is nobody; the timelock, the Safe and the Guard hold the roles', async () => {
    const { aclManager: to, guard, safe, timelock, feeds } = prepared.deployment
    const deployer = accountOf('deployer').address
    const roles = [
      { fn: 'isPoolAdmin', args: [deployer] },
      { fn: 'isRiskAdmin', args: [deployer] },
      { fn: 'isPoolAdmin', args: [timelock] },
      { fn: 'isRiskAdmin', args: [guard] },
      { fn: 'isEmergencyAdmin', args: [guard] },
      { fn: 'isEmergencyAdmin', args: [safe] },
    ].map((role) => ({ to, abi: aclAbi, ...role }))
    expect(await readViews(anvil.rpc, prepared.head.number, roles)).toEqual([false, false, true, true, true, true])
    const owners = feeds.map(({ aggregator }) => ({ to: aggregator, abi: aggregatorAbi, fn: 'owner' }))
    expect(new Set(await readViews(anvil.rpc, prepared.head.number, owners))).toEqual(new Set([safe]))
  })

  test('two of three nodes execute an entry of the Guard, one alone does not', async () => {
    const { deployment, head, nonces } = prepared
    const entry = deployment.guardEntries.find(({ action, symbol }) => action === 'stopBorrowingAgainst' && symbol === 'LINK')?.id
    if (entry === undefined) throw new Error('no such entry')
    const link = assetOf(deployment, 'LINK').address
    const subject = pad(link)
    const timeS = head.timeS + BLOCK_S
    const window = BigInt(Math.floor(timeS / deployment.quorum.windowS))
    const digestOf = { to: deployment.guard, abi: Guard.abi, fn: 'digest', args: [0, entry, subject, 0, 0, window] }
    const [hash] = (await readViews(anvil.rpc, head.number, [digestOf])) as [Hex]
    const sign = async (node: number): Promise<Hex> => {
      const { address } = deployment.nodes[node] ?? { address: deployment.safe }
      const signature = await accountAt(address).signer.sign({ hash })
      return serializeCompactSignature(signatureToCompactSignature(parseSignature(signature)))
    }
    const execute = async (signers: number[]) => {
      const bitmap = signers.reduce((bits, node) => bits | (1n << BigInt(node)), 0n)
      const args = [entry, subject, 0, 0, window, bitmap, concat(await Promise.all(signers.map(sign)))] as const
      const data = encodeFunctionData({ abi: Guard.abi, functionName: 'execute', args })
      return { from: deployment.liquidator, to: deployment.guard, data, gas: 1_000_000n }
    }
    const chain = new Chain(anvil.rpc, nonces)
    const txs = [await chain.sign(await execute([2])), await chain.sign(await execute([0, 2]))]
    await chain.broadcast(txs)
    await chain.mine(timeS)
    const receipts = await chain.receipts(head.number + 1)
    expect(txs.map(({ hash: tx }) => receipts.find((r) => r.transactionHash === tx)?.status)).toEqual(['0x0', '0x1'])
    const ltvMask = 0xffffn
    const config = { to: deployment.pool, abi: poolAbi, fn: 'getConfiguration', args: [link] }
    const [before] = (await readViews(anvil.rpc, head.number, [config])) as [bigint]
    const [after] = (await readViews(anvil.rpc, head.number + 1, [config])) as [bigint]
    expect([before & ltvMask, after & ltvMask, after >> 16n]).toEqual([6800n, 0n, before >> 16n])
  })

  test('a proxy slows down, refuses, and comes back on the same port', async () => {
    const proxy = await startProxy({ targetPort: anvil.port })
    const rpc = new Rpc(`http://127.0.0.1:${proxy.port}`)
    expect(await rpc.call('eth_chainId')).toBe('0x7a69')
    proxy.setDelayMs(60)
    const started = performance.now()
    await rpc.call('eth_chainId')
    expect(performance.now() - started).toBeGreaterThan(110)
    proxy.setDelayMs(0)
    await proxy.stop()
    await expect(rpc.call('eth_chainId')).rejects.toThrow()
    await proxy.resume()
    expect(await rpc.call('eth_chainId')).toBe('0x7a69')
    rpc.close()
    await proxy.close()
  })
})

describe('runs', () => {
  test('the same seed gives the same blocks, whatever the clock', async () => {
    const options = { prepared, seed: 7, endAfterBlocks: 30 }
    const hashes = ({ blocks }: RunResult): Hex[] => blocks.map(({ hash }) => hash)
    const [first, second] = [
      await runScenario(scenario('oracle-takeover'), options),
      await runScenario(scenario('oracle-takeover'), { ...options, blockMs: 60 }),
    ]
    expect(first.blocks).toHaveLength(30)
    expect(hashes(first)).toEqual(hashes(second))
  }, 30_000)

  test('oracle-takeover unguarded: evidence at the start, then most of the market is gone', async () => {
    const run = await runScenario(scenario('oracle-takeover'), { prepared, seed: 2 })
    const gain = (afterStart: number): number => run.loss.find(({ block }) => block === run.startBlock + afterStart)?.gainUsd ?? Number.NaN
    expect(run.evidenceBlock).toBe(run.startBlock)
    expect(gain(-1)).toBe(0)
    expect(gain(110)).toBeGreaterThan(0.75 * (run.lendableAtStartUsd ?? Number.NaN))
    const largest = Math.max(...run.loss.map(({ exitUsd }, i) => exitUsd - (run.loss[i - 1]?.exitUsd ?? 0)))
    expect(largest).toBeLessThan((run.lendableAtStartUsd ?? 0) / 60)
    expect(run.rescueTxs.map(({ ok }) => ok)).toEqual([true])
    const early = Object.values(run.ops).filter(({ block }) => (block ?? 0) < run.startBlock + 40)
    expect(early.filter(({ ok }) => !ok)).toEqual([])
  }, 40_000)

  test('its twin: no evidence, no loss, and every honest operation succeeds', async () => {
    const run = await runScenario(scenario('oracle-takeover-twin'), { prepared, seed: 2 })
    expect(run.evidenceBlock).toBeNull()
    expect(run.loss).toEqual([])
    expect(Object.values(run.ops).filter(({ ok }) => !ok)).toEqual([])
    expect(run.liquidations.count).toBe(0)
  }, 40_000)
})
