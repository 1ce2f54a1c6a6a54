package dev.culvert.frame;

import com.fasterxml.jackson.core.StreamReadConstraints;

/** The frame's limits in the parser's terms, each refused with its own reason. */
final class FrameConstraints extends StreamReadConstraints {
    private static final long serialVersionUID = 1L;

    FrameConstraints(FrameLimits limits) {
        super(
                limits.depth(),
                limits.frameBytes(),
                limits.numberLength(),
                limits.frameBytes(),
                limits.nameLength(),
                limits.tokens());
    }

    @Override
    public void validateNestingDepth(int depth) {
        check(depth, _maxNestingDepth, BadFrameException.Reason.TOO_DEEP, "levels deep");
    }

    @Override
    public void validateTokenCount(long count) {
        check(count, _maxTokenCount, BadFrameException.Reason.TOO_MANY_TOKENS, "tokens");
    }

    @Override
    public void validateIntegerLength(int length) {
        check(length, _maxNumLen, BadFrameException.Reason.NUMBER_TOO_LONG, "digits in a number");
    }

    @Override
    public void validateFPLength(int length) {
        validateIntegerLength(length);
    }

    @Override
    public void validateNameLength(int length) {
        check(length, _maxNameLen, BadFrameException.Reason.NAME_TOO_LONG, "bytes in a name");
    }

    private static void check(long value, long most, BadFrameException.Reason reason, String what) {
        if (value > most) {
            throw new BadFrameException(reason, "over " + most + " " + what);
        }
    }
}
