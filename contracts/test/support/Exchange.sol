// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRouter} from "../../src/Liquidator.sol";
import {Coin} from "./Coin.sol";
import {Lender} from "./Lender.sol";

/// @title A router small enough to read, for tests of the Liquidator
/// @notice Sells at the lender's prices less a discount. Knows the path's form and remembers the last one.
contract Exchange {
    enum Mood {
        Honest,
        RunsDry, // takes half of what is sold, pays for that
        Lies, // pays one unit less than the least and doesn't say so
        Calls // makes the call that it was told to make, first

    }

    Lender internal immutable lender;
    uint256 public discountBps;
    Mood public mood;
    address public callAt;
    bytes public callWith;
    bytes public lastPath;

    constructor(Lender lender_) {
        lender = lender_;
    }

    function setDiscount(uint256 bps) external {
        discountBps = bps;
    }

    function setMood(Mood mood_) external {
        mood = mood_;
    }

    function setCall(address to, bytes calldata data) external {
        (mood, callAt, callWith) = (Mood.Calls, to, data);
    }

    function exactInput(IRouter.Swap calldata swap) external returns (uint256 got) {
        lastPath = swap.path;
        require(swap.deadline >= block.timestamp, "Transaction too old");
        if (mood == Mood.Calls) _call();
        Coin from = Coin(address(bytes20(swap.path[:20])));
        Coin to = Coin(address(bytes20(swap.path[swap.path.length - 20:])));
        uint256 sold = mood == Mood.RunsDry ? swap.amountIn / 2 : swap.amountIn;
        got = _worth(from, to, sold) * (10_000 - discountBps) / 10_000;
        if (mood == Mood.Lies) got = swap.amountOutMinimum - 1;
        else require(got >= swap.amountOutMinimum, "Too little received");
        from.transferFrom(msg.sender, address(this), sold);
        to.mint(swap.recipient, got);
    }

    function _worth(Coin from, Coin to, uint256 amount) private view returns (uint256) {
        (uint256 fromPrice,,,,,) = lender.listings(from);
        (uint256 toPrice,,,,,) = lender.listings(to);
        return amount * fromPrice * 10 ** to.decimals() / (toPrice * 10 ** from.decimals());
    }

    function _call() private {
        (bool done, bytes memory answer) = callAt.call(callWith);
        if (done) return;
        assembly {
            revert(add(answer, 32), mload(answer))
        }
    }
}
