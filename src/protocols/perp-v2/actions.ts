// The emergency actions of Perp v2 (Curie 2.8) and what each leaves possible in the market that it acts on. Every row is proved on the
// real contract in effects.anvil.test.ts. The cells are those of a lending market; of perpetuals they mean:
//   opensPosition   opens a position            supplies       deposits collateral
//   borrowsOf       adds liquidity as a maker   borrowsAgainst makes a position larger
//   withdraws       takes free collateral out   withdrawsOther removes liquidity as a maker
//   repays          closes a position           liquidates     takes over a position under its requirement
import type { EffectRow, PerpActionName } from '../../core/flow.ts'
import type { Action } from '../../state/protocol.ts'

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
} as const satisfies Partial<EffectRow>

export const ACTIONS: Readonly<Record<PerpActionName, Action>> = {
  tightenSpread: {
    class: 'market',
    // a row can't say "half": trades and closings that bring the pool nearer to the index, or leave it within, still go through
    effect: { ...OPEN, ...OWNER, opensPosition: 'no', borrowsAgainst: 'no', repays: 'no' },
    does: 'Lets only such trades and closings through as bring the pool nearer to the index.',
  },
  capFunding: {
    class: 'throttle',
    effect: { ...OPEN, ...OWNER },
    does: 'Lowers the most that one side may be made to pay the other a day.',
  },
  stopDeposits: {
    class: 'throttle',
    effect: { ...OPEN, ...OWNER, supplies: 'no' },
    does: 'Caps what the vault may hold: nobody adds collateral.',
  },
  stopSwaps: {
    class: 'market',
    effect: { ...OPEN, ...OWNER, opensPosition: 'no', borrowsAgainst: 'no', repays: 'no' },
    does: 'Stops every swap of a market: nobody opens or closes; liquidators still take positions over.',
  },
  pauseVault: {
    class: 'pause',
    effect: { ...OPEN, ...OWNER, supplies: 'no', withdraws: 'no' },
    does: 'Pauses the vault: no deposit and no withdrawal of collateral.',
  },
  pauseClearingHouse: {
    class: 'pause',
    effect: {
      ...OPEN,
      ...OWNER,
      opensPosition: 'no',
      borrowsOf: 'no',
      borrowsAgainst: 'no',
      withdrawsOther: 'no',
      repays: 'no',
      liquidates: 'no',
    },
    does: 'Pauses all markets: nobody opens, closes, adds or removes liquidity, or liquidates.',
  },
  pauseMarket: {
    class: 'pause',
    effect: {
      ...OPEN,
      opensPosition: 'no',
      borrowsOf: 'no',
      borrowsAgainst: 'no',
      withdrawsOther: 'no',
      repays: 'no',
      liquidates: 'no',
      // there is no way back: after it the owner, or after five days anyone, can only close the market for good
      reversible: false,
      role: 'OWNER',
      undoneBy: [],
    },
    does: 'Pauses one market for good, at the index of the last 15 minutes. Never automatic.',
  },
}
