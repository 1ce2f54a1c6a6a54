package dev.culvert.checks;

import dev.culvert.checks.Hop.Step;

/** A hop that fails. */
final class HopException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Step step;
    private final String detail;
    private final String advice;
    private final boolean refused;

    private HopException(Step step, String detail, String advice, boolean refused) {
        super(detail, null, false, false);
        this.step = step;
        this.detail = detail;
        this.advice = advice;
        this.refused = refused;
    }

    HopException(Step step, String detail, String advice) {
        this(step, detail, advice, false);
    }

    static HopException refused(String detail, String advice) {
        return new HopException(Step.DNS, detail, advice, true);
    }

    Hop hop(long micros) {
        return new Hop(step, false, micros, detail, advice);
    }

    Verdict verdict() {
        return refused ? Verdict.REFUSED : Verdict.UNREACHABLE;
    }
}
