// The emergency actions of Aave v3.0 and what each leaves possible in the market X that it acts on. Every row is proved on the real
// contract in effects.anvil.test.ts; they hold for revision 3.0 only (later ones freeze differently, for one).
import type { EffectRow, GuardActionName } from '../../core/flow.ts'
import type { Action } from '../../state/protocol.ts'

const RISK = { reversible: true, role: 'RISK_ADMIN', undoneBy: ['RISK_ADMIN', 'POOL_ADMIN'] } as const
const EMERGENCY = { reversible: true, role: 'EMERGENCY_ADMIN', undoneBy: ['EMERGENCY_ADMIN', 'POOL_ADMIN'] } as const

/** Nothing is stopped. `opensPosition`: an account new to X supplies it and borrows another asset against it. */
const OPEN = {
  opensPosition: 'yes',
  supplies: 'yes',
  borrowsOf: 'yes',
  borrowsAgainst: 'yes',
  withdraws: 'yes',
  withdrawsOther: 'yes',
  repays: 'yes',
  liquidates: 'yes',
} as const satisfies Partial<EffectRow>

export const ACTIONS: Readonly<Record<GuardActionName, Action>> = {
  supplyCap: {
    class: 'throttle',
    effect: { ...OPEN, ...RISK, opensPosition: 'no', supplies: 'no' },
    does: 'Caps the supply of the asset at what is supplied now.',
  },
  borrowCap: {
    class: 'throttle',
    effect: { ...OPEN, ...RISK, borrowsOf: 'no' },
    does: 'Caps the borrowing of the asset at what is borrowed now.',
  },
  stopBorrowingAgainst: {
    class: 'market',
    // whoever holds X as collateral and owes may not withdraw other collateral, until it disables X as collateral or withdraws X
    effect: { ...OPEN, ...RISK, opensPosition: 'no', borrowsAgainst: 'no', withdrawsOther: 'no' },
    does: 'Sets the loan-to-value of the asset to 0: nothing new is borrowed against it; thresholds stay, so nobody is liquidated by it.',
  },
  stopBorrowing: {
    class: 'market',
    // refused by the pool while stable-rate borrowing of the asset is enabled
    effect: { ...OPEN, ...RISK, borrowsOf: 'no' },
    does: 'Disables borrowing of the asset.',
  },
  freeze: {
    class: 'market',
    // in 3.0 a frozen asset still backs new loans of those who hold it
    effect: { ...OPEN, ...RISK, opensPosition: 'no', supplies: 'no', borrowsOf: 'no' },
    does: 'Freezes the asset: no supply and no borrowing of it; what is there still counts as collateral, also for new loans.',
  },
  reservePause: {
    class: 'pause',
    // borrowing another asset against a paused one is not checked in 3.0
    effect: {
      ...OPEN,
      ...EMERGENCY,
      opensPosition: 'no',
      supplies: 'no',
      borrowsOf: 'no',
      withdraws: 'no',
      repays: 'no',
      liquidates: 'no',
    },
    does: 'Pauses the asset: no supply, withdrawal, borrowing, repayment, transfer or liquidation of it.',
  },
}

/** No Guard entry: what any keeper may do at any time. Nobody's power is used, so nobody needs to be able to undo it. */
export const LIQUIDATE: Action = {
  class: 'account',
  effect: { ...OPEN, reversible: false, role: 'anyone', undoneBy: [] },
  does: 'Repays part of the debt of an account under its threshold out of its own collateral, with a flash loan; never past the toxic point.',
}
