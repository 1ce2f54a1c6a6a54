package dev.culvert.tools;

import java.time.Duration;

/**
 * How a program ended.
 *
 * @param status its exit status; negative if it was stopped
 * @param isLate whether it was stopped because its time was over
 * @param isCancelled whether it was stopped because nobody waited for it any more
 * @param output what is kept of what it put out
 * @param bytes how many it put out
 * @param timeout how long it could run
 */
public record ProgramEnd(
        int status,
        boolean isLate,
        boolean isCancelled,
        String output,
        long bytes,
        Duration timeout) {

    /** For a model. */
    String report(int mostBytes) {
        StringBuilder report = new StringBuilder(output);
        if (!report.isEmpty() && report.charAt(report.length() - 1) != '\n') {
            report.append('\n');
        }
        if (bytes > mostBytes) {
            report.append("[it put out ").append(bytes).append(" bytes]\n");
        }
        if (isLate) {
            report.append("[it was stopped after ").append(timeout.toMillis() / 1000.0);
            return report.append(" s]").toString();
        }
        return report.append("[exit status ").append(status).append(']').toString();
    }
}
