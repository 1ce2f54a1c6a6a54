package dev.culvert.machine;

import dev.culvert.machine.MachineReport.Service;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** The units of systemd, where it runs and answers. */
@FunctionalInterface
public interface UnitList {
    Duration PATIENCE = Duration.ofSeconds(2);
    int MOST_BYTES = 512 * 1024;

    /** Empty where systemd does not run or does not say. */
    List<Service> read(MachineFiles files);

    /** Asks the program of that name, which may hang. */
    static UnitList ofSystemctl() {
        return files ->
                files.exists("run/systemd/system")
                        ? ProcText.services(
                                output(
                                        List.of(
                                                "systemctl",
                                                "list-units",
                                                "--all",
                                                "--full",
                                                "--plain",
                                                "--no-legend",
                                                "--no-pager")))
                        : List.of();
    }

    /** What a program prints in that time; empty if it cannot be run. */
    private static String output(List<String> command) {
        Process process;
        try {
            process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
        } catch (IOException _) {
            return "";
        }
        Thread watch =
                Thread.startVirtualThread(() -> {
                    try {
                        Thread.sleep(PATIENCE);
                        process.destroyForcibly();
                    } catch (InterruptedException _) {
                        // it has ended in time
                    }
                });
        try (InputStream out = process.getInputStream()) {
            process.getOutputStream().close();
            return new String(out.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
        } catch (IOException _) {
            return "";
        } finally {
            watch.interrupt();
            process.destroyForcibly();
        }
    }
}
