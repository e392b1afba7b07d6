// A venue is called again from outside while a call of it is still open, and ends up changed: its books were half written at that moment.
import { z } from 'zod'
import { addressOf } from '../core/words.ts'
import { REENTRY, traceCalls } from '../state/tables.ts'
import { defineDetector } from './define.ts'
import { isUsual, selectorText, usualParams } from './usual.ts'

export const reentrancy = defineDetector({
  id: 'reentrancy',
  title: 'Re-entered while open',
  maturity: 'test',
  threat:
    'A call that hands control to a stranger before its books are written is used again from within (Cream AMP 2021-08-30: crETH borrowed in the hook of a crAMP borrow; Curve with Vyper 2023-07-30: add_liquidity within remove_liquidity; GMX v1 2025-07-09).',
  catches:
    'A call from outside into any contract of the venue while one of its calls is open, that stands, in a transaction that left the venue changed, by a pair of functions that is not usual; critical where the same function pays out within itself.',
  misses:
    'A pair that is usual, such as a deposit within a flash loan; contracts of the venue that the config does not name; a call that only reads (read-only-reentrancy); whether the write came after: traces have no order of writes and calls.',
  falsePositives: [
    'the first uses of a new callback',
    'a callback that is safe because the books were written first',
    'contracts of one venue that call each other by way of one that is not named',
  ],
  runbook: 'docs/runbooks/reentrancy.md',
  source: 'trace',
  basis: 'chain',
  on: traceCalls,
  wake: 'touched',
  subject: 'contract',
  holdBlocks: 0,
  pending: false,
  params: z.strictObject(usualParams),
  memory: {},
  check(call, _memory, params) {
    if (call.reentry !== REENTRY.call || call.stands === 0 || call.familyWrites === 0 || call.watchedBlocks < params.warmBlocks)
      return undefined
    if (isUsual(call.seenAgeBlocks, call.seenBlocks, params)) return undefined
    const { same, paysOut } = call
    return {
      severity: same === 1 && paysOut === 1 ? 'critical' : same === 1 || paysOut === 1 ? 'high' : 'medium',
      summary: `${selectorText(call.selector)} called from outside while ${selectorText(call.outer)} was open${paysOut === 1 ? ', and paid out' : ''}`,
      evidence: {
        txIndex: call.txIndex,
        call: call.call,
        depth: call.depth,
        from: addressOf(call.from),
        to: addressOf(call.to),
        selector: selectorText(call.selector),
        outer: selectorText(call.outer),
        same,
        paysOut,
        writes: call.familyWrites,
        ageBlocks: call.seenAgeBlocks,
        seenBlocks: call.seenBlocks,
      },
    }
  },
})
