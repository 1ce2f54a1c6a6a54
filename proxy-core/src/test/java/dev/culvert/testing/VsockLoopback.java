package dev.culvert.testing;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Skips a class, and prints why, where nobody has said that there is a vsock loopback to use. */
public final class VsockLoopback implements ExecutionCondition {
    private static final Logger LOG = LoggerFactory.getLogger(VsockLoopback.class);
    private static final String VARIABLE = "CULVERT_VSOCK_LOOPBACK";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if ("1".equals(System.getenv(VARIABLE))) {
            return ConditionEvaluationResult.enabled(VARIABLE + " is 1");
        }
        String reason =
                VARIABLE
                        + " is not 1: this opens AF_VSOCK on CID 1, which is not ours on a machine"
                        + " that we did not boot ourselves";
        LOG.warn("{} is skipped: {}", context.getDisplayName(), reason);
        return ConditionEvaluationResult.disabled(reason);
    }
}
