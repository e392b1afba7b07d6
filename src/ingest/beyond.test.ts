// A block that can't be had while later ones can: said aloud, later heads shown as provisional, and then all blocks in order.
import { afterEach, describe, expect, test } from 'vitest'
import { at, honest, scriptedBlock, word } from '../../test/support/scripted-chain.ts'
import { type Script, type ScriptedRpc, startScriptedRpc } from '../../test/support/scripted-rpc.ts'
import type { Input } from '../core/flow.ts'
import type { BlockAdapter } from './block-source.ts'
import { liveSource } from './live.ts'
import { profileOf } from './profiles.ts'

const adapter: BlockAdapter = {
  watches: () => [{ address: at(0xa1), topics: [word(0x11)] }],
  reads: ({ logs }, answers) => (logs.length > 0 && answers.length === 0 ? [{ to: at(0xa1), data: '0x01' }] : []),
}
const LONG = 60
const chain = Array.from({ length: LONG + 1 }, (_, number) => scriptedBlock(number))
const servers: ScriptedRpc[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

/** Inputs of a node on this script, until the last is what `enough` wants; the script may look at what was taken so far. */
async function collect(script: (taken: readonly Input[]) => Script, enough: (input: Input) => boolean): Promise<Input[]> {
  const taken: Input[] = []
  const server = await startScriptedRpc(script(taken))
  servers.push(server)
  const profile = profileOf(31_337, { pollMs: 5, blindAfterMs: 400, requestTimeoutMs: 5_000, stallMs: 60_000 })
  const source = liveSource({ chainId: 31_337, endpoints: [server.http], fromBlock: 1, adapter, profile })
  for await (const input of source.inputs()) {
    taken.push(input)
    if (enough(input)) break
  }
  source.stop()
  return taken
}
const blocksOf = (inputs: readonly Input[], kind: 'committed' | 'provisional') =>
  inputs.flatMap((input) => (input.kind === kind ? [input.block] : []))

describe('beyond a gap', () => {
  test('heads are shown whole and as provisional, each once; when the gap is filled every block comes, also those shown', async () => {
    let head = 2
    const taken = await collect(
      (soFar) => {
        const say = honest(() => chain.slice(0, head + 1))
        return (method, params) => {
          const shown = blocksOf(soFar, 'provisional').length
          if (soFar.some(({ kind }) => kind === 'blind')) head = 5 + Math.min(shown, 3)
          else if (soFar.length === 2) head = 4
          // the receipts of block 3 are lost until heads 5, 6, 7 and 8 were shown
          if (method === 'eth_getBlockReceipts' && params[0] === chain[3]?.header.hash && shown < 4) return { result: null }
          return say(method, params)
        }
      },
      (input) => input.kind === 'committed' && input.block.number === 8,
    )
    const provisional = blocksOf(taken, 'provisional')
    expect(provisional.map(({ number }) => number)).toEqual([5, 6, 7, 8])
    const committed = blocksOf(taken, 'committed')
    expect(committed.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(provisional).toEqual(committed.slice(4))
    expect(taken.filter(({ kind }) => kind === 'blind')).toEqual([{ kind: 'blind', chainId: 31_337, sinceBlock: 3, reason: 'gap' }])
    expect(taken.findIndex(({ kind }) => kind === 'blind')).toBeLessThan(taken.findIndex(({ kind }) => kind === 'provisional'))
  })

  test('edge: the head itself is what is missing, or the gap is too long: nothing is shown', async () => {
    for (const head of [3, LONG]) {
      let asked = 0
      const taken = await collect(
        () => {
          const say = honest(() => chain.slice(0, head + 1))
          return (method, params) => {
            if (method === 'eth_getBlockReceipts' && params[0] === chain[3]?.header.hash && asked++ < 7) return { result: null }
            return say(method, params)
          }
        },
        (input) => input.kind === 'committed' && input.block.number === 3,
      )
      expect(taken.map(({ kind }) => kind)).toEqual(['committed', 'committed', 'blind', 'committed'])
    }
  })

  test('a head beyond that is spoilt too is not shown', async () => {
    let asked = 0
    const taken = await collect(
      () => {
        const say = honest(() => chain.slice(0, 6))
        return (method, params) => {
          const lost = params[0] === chain[3]?.header.hash || params[0] === chain[5]?.header.hash
          if (method === 'eth_getBlockReceipts' && lost && asked++ < 12) return { result: [] }
          return say(method, params)
        }
      },
      (input) => input.kind === 'committed' && input.block.number === 5,
    )
    // block 3 has no transactions, and so no receipts: nothing was missing of it
    expect(blocksOf(taken, 'committed').map(({ number }) => number)).toEqual([1, 2, 3, 4, 5])
    expect(blocksOf(taken, 'provisional')).toEqual([])
    expect(taken.filter(({ kind }) => kind === 'blind')).toMatchObject([{ sinceBlock: 5, reason: 'bad-answer' }])
  })
})
