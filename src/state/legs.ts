// What a position row is: its leg names market and side in one number, so that an account's list can be walked without its adapter.

/** Supplied, supplied and used as collateral, owed at the variable rate, owed at a stable rate. */
export const SIDE = { supply: 0, collateral: 1, variable: 2, stable: 3 } as const
export type Side = (typeof SIDE)[keyof typeof SIDE]
const SIDES = 4

export const legOf = (market: number, side: Side): number => market * SIDES + side + 1
export const marketOfLeg = (leg: number): number => (leg - 1) >>> 2
export const sideOfLeg = (leg: number): Side => ((leg - 1) & 3) as Side
