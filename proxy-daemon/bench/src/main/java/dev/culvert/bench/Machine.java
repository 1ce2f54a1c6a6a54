package dev.culvert.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Describes the machine and the versions of the programs. */
final class Machine {
    private Machine() {}

    static String words(Tools tools) throws IOException, InterruptedException {
        String versions =
                Stream.of(
                                tools.firstLine("haproxy", "-v"),
                                tools.firstLine("nginx", "-v"),
                                tools.firstLine("go", "version"),
                                tools.firstLine("wrk", "-v"),
                                tools.firstLine("gcc", "--version"))
                        .map(line -> line.replaceAll("(?i) (https?:|copyright|\\[).*", ""))
                        .filter(line -> !line.isEmpty())
                        .collect(Collectors.joining("; "));
        return "%s: %d cores of %s, %.0f GB, Linux %s, Java %s. %s.\n"
                .formatted(
                        LocalDate.now(ZoneOffset.UTC),
                        Runtime.getRuntime().availableProcessors(),
                        value("/proc/cpuinfo", "model name"),
                        Double.parseDouble(value("/proc/meminfo", "MemTotal").replaceAll(" .*", ""))
                                / (1 << 20),
                        System.getProperty("os.version").replaceAll("^(\\d+\\.\\d+).*", "$1"),
                        Runtime.version(),
                        versions);
    }

    private static String value(String file, String key) throws IOException {
        List<String> lines = Files.readAllLines(Path.of(file));
        return lines.stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("?");
    }
}
