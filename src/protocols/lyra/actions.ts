// The emergency actions of Lyra's Avalon release and what each leaves possible. Every row is proved on the real contracts in
// effects.anvil.test.ts. The first cells are those of a lending market; of options they mean:
//   opensPosition   buys an option from the pool      supplies       a provider's deposit is taken into the queue
//   borrowsOf       sells an option to the pool       borrowsAgainst makes a position larger
//   withdraws       a queued withdrawal is paid       withdrawsOther takes spare collateral out of a sold option
//   repays          closes a position                 liquidates     closes a sold option under its least collateral
import type { EffectRow, OptionActionName, Possible } from '../../core/flow.ts'
import type { Action } from '../../state/protocol.ts'

/** And what only options have. */
export interface OptionsEffect extends EffectRow {
  /** Closes at the contract's own, worse price. */
  readonly forceCloses: Possible
  readonly addsCollateral: Possible
  /** An expired board gets its price. */
  readonly settlesBoards: Possible
  /** An option of a settled board is paid. */
  readonly paysSettled: Possible
  /** A position's token changes hands. */
  readonly transfers: Possible
}
export interface OptionAction extends Action {
  readonly effect: OptionsEffect
}

const OWNER = { reversible: true, role: 'OWNER', undoneBy: ['OWNER'] } as const

const OPEN = {
  opensPosition: 'yes',
  supplies: 'yes',
  borrowsOf: 'yes',
  borrowsAgainst: 'yes',
  withdraws: 'yes',
  withdrawsOther: 'yes',
  repays: 'yes',
  liquidates: 'yes',
  forceCloses: 'yes',
  addsCollateral: 'yes',
  settlesBoards: 'yes',
  paysSettled: 'yes',
  transfers: 'yes',
} as const satisfies Partial<OptionsEffect>

const NO_TRADE = { opensPosition: 'no', borrowsOf: 'no', borrowsAgainst: 'no', repays: 'no', forceCloses: 'no', liquidates: 'no' } as const
const NO_PAYMENT = { withdraws: 'no', withdrawsOther: 'no', settlesBoards: 'no', paysSettled: 'no' } as const

export const ACTIONS: Readonly<Record<OptionActionName, OptionAction>> = {
  setBreaker: {
    class: 'throttle',
    effect: { ...OPEN, withdraws: 'no', reversible: false, role: 'anyone', undoneBy: [] },
    does: "Sets the pool's own circuit breaker, if a limit of it is passed now: deposits and withdrawals wait until it has run out.",
  },
  setBoardIv: {
    class: 'market',
    effect: { ...OPEN, ...OWNER },
    does: 'Freezes a board, sets its base volatility, and lets it go on: what is traded after it is priced by that.',
  },
  freezeBoard: {
    class: 'market',
    effect: { ...OPEN, ...OWNER, ...NO_TRADE },
    does: 'Freezes a board: nobody buys, sells, closes or liquidates options of it; collateral moves, and it is settled when it expires.',
  },
  pauseOptionMarket: {
    class: 'pause',
    effect: { ...OPEN, ...OWNER, ...NO_TRADE, ...NO_PAYMENT },
    does: 'Pauses the market: no trade, liquidation, settlement or payout of any board, and no withdrawal is paid.',
  },
  pauseAllOptions: {
    class: 'pause',
    effect: { ...OPEN, ...OWNER, ...NO_TRADE, ...NO_PAYMENT, addsCollateral: 'no' },
    does: 'Pauses all markets of the exchange adapter: as one market, and nobody adds collateral either.',
  },
}
