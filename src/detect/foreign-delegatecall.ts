// A watched contract runs somebody else's code as its own, code that it never ran: whoever chose that code owns the contract.
import { z } from 'zod'
import { addressOf } from '../core/words.ts'
import { CALL_KIND, traceCalls } from '../state/tables.ts'
import { ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { isUsual, selectorText, usualParams } from './usual.ts'

export const foreignDelegatecall = defineDetector({
  id: 'foreign-delegatecall',
  title: 'New code run as its own',
  maturity: 'test',
  threat:
    'Delegated code writes all storage and moves all balances of its caller (Parity 2017-07-19 and 2017-11-06; Bybit 2025-02-21, whose Safe delegated to a stranger; Radiant 2024-10-16).',
  catches:
    'A delegatecall or callcode of a watched contract to code that it has not run for agedBlocks in seenBlocks blocks, that stands; once a block and code.',
  misses:
    'A bug in code that is usual; code that was delegated to before for innocent reasons; EIP-7702 delegations of accounts; new code at an old address.',
  falsePositives: [
    'every governed upgrade, for agedBlocks; medium once seenBlocks blocks had it',
    'libraries and modules used for the first time',
  ],
  runbook: 'docs/runbooks/foreign-delegatecall.md',
  source: 'trace',
  basis: 'chain',
  on: traceCalls,
  wake: 'touched',
  subject: 'contract',
  holdBlocks: 0,
  pending: false,
  params: z.strictObject(usualParams),
  memory: { told: ring({ size: 8 }) },
  check(call, { told }, params, block) {
    const { kind } = call
    if (kind !== CALL_KIND.delegatecall && kind !== CALL_KIND.callcode) return undefined
    if (call.fromFamily === 0 || call.stands === 0 || call.watchedBlocks < params.warmBlocks) return undefined
    if (isUsual(call.seenAgeBlocks, call.seenBlocks, params)) return undefined
    const key = block.number * 1_048_576 + Number(call.to % 1_048_576n)
    for (let ago = 0; ago < told.size; ago++) if (told.get(ago) === key) return undefined
    told.push(key)
    const isRepeated = call.seenBlocks >= params.seenBlocks
    return {
      severity: isRepeated ? 'medium' : call.familyWrites > 0 ? 'critical' : 'high',
      summary: `${addressOf(call.from)} runs code of ${addressOf(call.to)}, ${call.seenAgeBlocks === 0 ? 'which it never did' : `since ${call.seenAgeBlocks} blocks`}`,
      evidence: {
        txIndex: call.txIndex,
        call: call.call,
        from: addressOf(call.from),
        code: addressOf(call.to),
        selector: selectorText(call.selector),
        writes: call.familyWrites,
        ageBlocks: call.seenAgeBlocks,
        seenBlocks: call.seenBlocks,
      },
    }
  },
})
