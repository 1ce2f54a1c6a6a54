package dev.culvert.daemon;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.discovery.ClassSelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the test classes that it is told and says of each test in a line {@code ok} or {@code not
 * ok}, how long it took and what it had to report: a serial console is all that comes out of the
 * machine of {@code run.sh}.
 */
final class SerialReport implements TestExecutionListener {
    private final Map<TestIdentifier, Long> started = new HashMap<>();
    private final Map<TestIdentifier, String> notes = new HashMap<>();
    private boolean failed;

    private SerialReport() {}

    /** Exits with 1 when anything failed or was skipped. */
    public static void main(String[] classes) {
        SerialReport report = new SerialReport();
        List<ClassSelector> selected =
                Arrays.stream(classes).map(DiscoverySelectors::selectClass).toList();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request().selectors(selected).build(),
                        report);
        System.exit(report.failed ? 1 : 0);
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        started.put(test, System.nanoTime());
    }

    @Override
    public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
        notes.merge(
                test, String.join(", ", entry.getKeyValuePairs().values()), "%s, %s"::formatted);
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        failed = true;
        print("not ok " + name(test) + " was skipped: " + reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        String note = notes.containsKey(test) ? " (" + notes.get(test) + ")" : "";
        if (result.getStatus() != Status.SUCCESSFUL) {
            failed = true;
            print("not ok " + name(test) + took(test) + note);
            result.getThrowable().ifPresent(cause -> cause.printStackTrace(System.out));
        } else if (test.isTest()) {
            print("ok " + name(test) + took(test) + note);
        }
    }

    private String took(TestIdentifier test) {
        Duration took = Duration.ofNanos(System.nanoTime() - started.getOrDefault(test, 0L));
        return " " + took.toMillis() + " ms";
    }

    private static String name(TestIdentifier test) {
        return switch (test.getSource().orElse(null)) {
            case MethodSource method ->
                    method.getJavaClass().getSimpleName() + "." + method.getMethodName();
            case ClassSource type -> type.getJavaClass().getSimpleName();
            case null, default -> test.getDisplayName();
        };
    }

    private static void print(String line) {
        System.out.println(line);
    }
}
