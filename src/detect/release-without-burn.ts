// A bridge released what nobody burned on the other chain: the locked money itself leaves.
import { BRIDGE_SIDE, bridgeUnmatched } from '../state/tables.ts'
import { defineDetector } from './define.ts'
import { judgeUnmatched, unmatchedMemory, unmatchedParams } from './unmatched.ts'

export const releaseWithoutBurn = defineDetector({
  id: 'release-without-burn',
  title: 'Released without a burn',
  maturity: 'test',
  threat:
    'Stolen validator keys, an accepted zero root or an unchecked import empty the lock of a bridge; every token on the other chain is worth less for it.',
  catches:
    'A message that released here, though the other chain, seen at least up to the moment of the release and a minute waited, has no burn for it; at once if there is one of less: Ronin 2022-03-23, Nomad 2022-08-01, Kelp 2026-04-18, Verus 2026-05-17.',
  misses:
    'A chain whose node does not run in this process or lags: nothing is judged by a view older than the release; arrivals in the first week after that view begins, unless it begins with the bridge; a burn that is itself false; tokens that leave the lock by no message (`supply-backing`).',
  falsePositives: [
    'a reorg of the other chain that takes a burn back: true while it lasts',
    'a way that is longer than the stated transit',
  ],
  runbook: 'docs/runbooks/release-without-burn.md',
  source: 'counterpart',
  basis: 'chain',
  on: bridgeUnmatched,
  wake: 'touched',
  subject: 'message',
  holdBlocks: 0,
  pending: false,
  params: unmatchedParams,
  memory: unmatchedMemory,
  check: (row, memory, params) => judgeUnmatched(row, memory, params, { side: BRIDGE_SIDE.lock, here: 'released', there: 'burned' }),
})
