// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title An aggregator with the shape of Chainlink's off-chain reporting (OCR) aggregators
/// @notice One transaction brings the observations of all oracles, sorted; the middle one is the answer. Events and views are those of the
/// real ones: version 4 (OCR1) or 6 (OCR2), chosen at construction. The lab has it because Chainlink's npm package leaves out the real
/// aggregators.
/// @dev Warning: the oracles' signatures on a report are left out. Whoever may transmit is believed, so a test that takes over an OCR
/// feed must take over a transmitter. Billing, access lists and the validator are left out too.
contract OcrAggregator {
    struct Transmission {
        int192 answer;
        uint64 timeS;
    }

    error OnlyOwner();
    error OnlyProposedOwner();
    error OnlyTransmitter();
    error UnknownVersion(uint256 version);
    error OneObserverEach(uint256 observations, uint256 observers);
    error NotAnOracle(uint8 index);
    error NotSorted(uint256 index);
    error MedianOutOfRange(int192 median);

    /// @dev OCR1 and OCR2: same name, other arguments, so other topics.
    event NewTransmission(
        uint32 indexed aggregatorRoundId,
        int192 answer,
        address transmitter,
        int192[] observations,
        bytes observers,
        bytes32 rawReportContext
    );
    event NewTransmission(
        uint32 indexed aggregatorRoundId,
        int192 answer,
        address transmitter,
        uint32 observationsTimestamp,
        int192[] observations,
        bytes observers,
        int192 juelsPerFeeCoin,
        bytes32 configDigest,
        uint40 epochAndRound
    );
    event ConfigSet(
        uint32 previousConfigBlockNumber,
        uint64 configCount,
        address[] signers,
        address[] transmitters,
        uint8 threshold,
        uint64 encodedConfigVersion,
        bytes encoded
    );
    event ConfigSet(
        uint32 previousConfigBlockNumber,
        bytes32 configDigest,
        uint64 configCount,
        address[] signers,
        address[] transmitters,
        uint8 f,
        bytes onchainConfig,
        uint64 offchainConfigVersion,
        bytes offchainConfig
    );
    event NewRound(uint256 indexed roundId, address indexed startedBy, uint256 startedAt);
    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);
    event OwnershipTransferRequested(address indexed from, address indexed to);
    event OwnershipTransferred(address indexed from, address indexed to);

    uint256 private constant OCR1 = 4;
    uint256 private constant OCR2 = 6;

    // No immutables: aggregators of one kind then share one code, which a chain's dump holds once a block.
    address public owner;
    uint8 public decimals;
    uint32 private _round;
    uint32 private _configBlock;
    uint64 private _configCount;
    uint256 public version;
    int192 public minAnswer;
    int192 public maxAnswer;
    bytes32 private _configDigest;
    string public description;
    address private _proposedOwner;
    address[] private _transmitters;
    mapping(address => bool) private _mayTransmit;
    mapping(uint256 => Transmission) private _transmissions;

    modifier onlyOwner() {
        require(msg.sender == owner, OnlyOwner());
        _;
    }

    /// @param version_ 4: OCR1, 6: OCR2
    constructor(uint256 version_, uint8 decimals_, string memory description_, int192 min, int192 max, address[] memory oracles) {
        require(version_ == OCR1 || version_ == OCR2, UnknownVersion(version_));
        (version, decimals, description, minAnswer, maxAnswer, owner) = (version_, decimals_, description_, min, max, msg.sender);
        _set(oracles);
    }

    /// @notice The next round: `observations` in ascending order, `observers[i]` the place in `transmitters()` of who made the i-th.
    function transmit(int192[] calldata observations, bytes calldata observers) external {
        require(_mayTransmit[msg.sender], OnlyTransmitter());
        uint256 n = observations.length;
        require(n > 0 && n == observers.length, OneObserverEach(n, observers.length));
        for (uint256 i; i < n; ++i) {
            require(uint8(observers[i]) < _transmitters.length, NotAnOracle(uint8(observers[i])));
            require(i == 0 || observations[i - 1] <= observations[i], NotSorted(i));
        }
        int192 median = observations[n / 2];
        require(minAnswer <= median && median <= maxAnswer, MedianOutOfRange(median));
        uint32 round = ++_round;
        _transmissions[round] = Transmission(median, uint64(block.timestamp));
        if (version == OCR1) {
            bytes32 context = bytes32(uint256(_configDigest) << 40 | uint256(round) << 8);
            emit NewTransmission(round, median, msg.sender, observations, observers, context);
        } else {
            uint32 timeS = uint32(block.timestamp);
            emit NewTransmission(round, median, msg.sender, timeS, observations, observers, 0, _configDigest, uint40(round) << 8);
        }
        emit NewRound(round, address(0), block.timestamp);
        emit AnswerUpdated(median, round, block.timestamp);
    }

    function setTransmitters(address[] calldata oracles) external onlyOwner {
        _set(oracles);
    }

    function transferOwnership(address to) external onlyOwner {
        _proposedOwner = to;
        emit OwnershipTransferRequested(owner, to);
    }

    function acceptOwnership() external {
        require(msg.sender == _proposedOwner, OnlyProposedOwner());
        emit OwnershipTransferred(owner, msg.sender);
        (owner, _proposedOwner) = (msg.sender, address(0));
    }

    function transmitters() external view returns (address[] memory) {
        return _transmitters;
    }

    function latestRound() external view returns (uint256) {
        return _round;
    }

    function latestAnswer() external view returns (int256) {
        return _transmissions[_round].answer;
    }

    function latestTimestamp() external view returns (uint256) {
        return _transmissions[_round].timeS;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return getRoundData(uint80(_round));
    }

    /// @dev As OCR1 does: a round that is not there reverts.
    function getRoundData(uint80 round) public view returns (uint80, int256, uint256, uint256, uint80) {
        Transmission memory t = _transmissions[round];
        require(t.timeS != 0, "No data present");
        return (round, t.answer, t.timeS, t.timeS, round);
    }

    function _set(address[] memory oracles) private {
        for (uint256 i; i < _transmitters.length; ++i) _mayTransmit[_transmitters[i]] = false;
        for (uint256 i; i < oracles.length; ++i) _mayTransmit[oracles[i]] = true;
        _transmitters = oracles;
        (uint32 before, uint64 count) = (_configBlock, ++_configCount);
        _configBlock = uint32(block.number);
        _configDigest = bytes32(uint256(uint128(uint256(keccak256(abi.encode(block.chainid, address(this), count, oracles))))));
        uint8 f = uint8(oracles.length / 3);
        if (version == OCR1) emit ConfigSet(before, count, oracles, oracles, f, 1, "");
        else emit ConfigSet(before, _configDigest, count, oracles, oracles, f, "", 2, "");
    }
}
