package dev.culvert.machine;

import dev.culvert.io.Quoted;
import dev.culvert.machine.MachineReport.Interface;
import dev.culvert.machine.MachineReport.Pressure;
import dev.culvert.machine.MachineReport.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the texts of the kernel and of systemctl. What it does not understand it leaves out. */
final class ProcText {
    private static final Pattern SOME = Pattern.compile("(?m)^some avg10=([0-9.]{1,8}) ");
    private static final Pattern FULL = Pattern.compile("(?m)^full avg10=([0-9.]{1,8}) ");
    private static final int TICKS_A_SECOND = 100;
    private static final int IDLE = 3;
    private static final int IO_WAIT = 4;
    private static final int STEAL = 7;
    private static final int MOST_SERVICES = 40;
    private static final int MOST_INTERFACES = 64;

    /** Units that say how Culvert, the clock, names and the network are. */
    private static final Set<String> OF_INTEREST =
            Set.of(
                    "culvertd.service",
                    "culvertd.socket",
                    "culvert-agent.service",
                    "ssh.service",
                    "sshd.service",
                    "systemd-timesyncd.service",
                    "chrony.service",
                    "chronyd.service",
                    "systemd-resolved.service",
                    "systemd-networkd.service",
                    "NetworkManager.service",
                    "networking.service");

    private ProcText() {}

    /** The ticks of all CPUs together since the start. */
    record CpuTimes(long all, long idle, long stolen) {}

    /** A process at one moment. */
    record ProcessTimes(long pid, String name, char state, long ticks, long residentPages) {
        double percentSince(long earlierTicks, double seconds) {
            return 100.0 * (ticks - earlierTicks) / TICKS_A_SECOND / seconds;
        }
    }

    /** A whole number of digits; -1 for anything else. */
    static long number(String text) {
        String digits = text.strip();
        if (digits.isEmpty() || digits.length() > 18) {
            return -1;
        }
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                return -1;
            }
        }
        return Long.parseLong(digits);
    }

    /** A number with a fraction; -1 for anything else. */
    static double fraction(String text) {
        return text.matches("[0-9]{1,12}(\\.[0-9]{1,6})?") ? Double.parseDouble(text) : -1;
    }

    static String[] words(String line) {
        return line.strip().split("\\s+", -1);
    }

    /** Of {@code /proc/stat}. */
    static CpuTimes cpu(String stat) {
        String[] words = words(stat.lines().findFirst().orElse(""));
        if (!words[0].equals("cpu") || words.length <= IDLE + 1) {
            return new CpuTimes(-1, -1, -1);
        }
        long all = 0;
        for (int i = 1; i < Math.min(words.length, STEAL + 2); i++) {
            all += Math.max(0, number(words[i]));
        }
        long idle = Math.max(0, number(words[IDLE + 1]));
        long waiting = words.length > IO_WAIT + 1 ? Math.max(0, number(words[IO_WAIT + 1])) : 0;
        long stolen = words.length > STEAL + 1 ? Math.max(0, number(words[STEAL + 1])) : 0;
        return new CpuTimes(all, idle + waiting, stolen);
    }

    static int cores(String stat) {
        return (int) stat.lines().filter(line -> line.matches("cpu[0-9]+ .*")).count();
    }

    /** Of {@code /proc/loadavg}: three numbers, or none. */
    static List<Double> load(String text) {
        String[] words = words(text);
        List<Double> load = new ArrayList<>();
        for (int i = 0; i < Math.min(3, words.length); i++) {
            double value = fraction(words[i]);
            if (value >= 0) {
                load.add(value);
            }
        }
        return load.size() == 3 ? load : List.of();
    }

    /** Of {@code /proc/meminfo} and files like it, in bytes. */
    static Map<String, Long> kibibytes(String text) {
        Map<String, Long> all = new HashMap<>();
        text.lines()
                .forEach(line -> {
                    int colon = line.indexOf(':');
                    String[] words = words(line.substring(colon + 1));
                    long kibibytes = number(words[0]);
                    if (colon > 0 && kibibytes >= 0 && kibibytes < 1L << 50) {
                        all.put(line.substring(0, colon), kibibytes * 1024);
                    }
                });
        return all;
    }

    /** Lines of a name and a number, such as {@code memory.events} has. */
    static Map<String, Long> counts(String text) {
        Map<String, Long> all = new HashMap<>();
        text.lines()
                .map(ProcText::words)
                .filter(words -> words.length == 2 && number(words[1]) >= 0)
                .forEach(words -> all.put(words[0], number(words[1])));
        return all;
    }

    static Optional<Pressure> pressure(String text) {
        double some = match(SOME, text);
        return some < 0 ? Optional.empty() : Optional.of(new Pressure(some, match(FULL, text)));
    }

    private static double match(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? fraction(matcher.group(1)) : -1;
    }

    /** Of {@code /proc/PID/stat}, in which the name may contain anything. */
    static Optional<ProcessTimes> process(String stat) {
        int open = stat.indexOf('(');
        int close = stat.lastIndexOf(')');
        if (open < 0 || close < open) {
            return Optional.empty();
        }
        String[] rest = words(stat.substring(close + 1));
        long pid = number(stat.substring(0, open));
        if (pid < 0 || rest.length < 22 || rest[0].length() != 1) {
            return Optional.empty();
        }
        long ticks = Math.max(0, number(rest[11])) + Math.max(0, number(rest[12]));
        return Optional.of(
                new ProcessTimes(
                        pid,
                        Quoted.cut(stat.substring(open + 1, close), 64),
                        rest[0].charAt(0),
                        ticks,
                        Math.max(0, number(rest[21]))));
    }

    /** Of {@code /proc/net/dev}; the states are not in it. */
    static List<Interface> interfaces(String text) {
        return text.lines()
                .filter(line -> line.indexOf(':') > 0)
                .map(ProcText::counters)
                .flatMap(Optional::stream)
                .limit(MOST_INTERFACES)
                .toList();
    }

    private static Optional<Interface> counters(String line) {
        int colon = line.indexOf(':');
        String[] words = words(line.substring(colon + 1));
        if (words.length < 12 || number(words[0]) < 0) {
            return Optional.empty();
        }
        return Optional.of(
                new Interface(
                        Quoted.cut(line.substring(0, colon).strip(), 64),
                        "",
                        number(words[0]),
                        number(words[8]),
                        number(words[1]),
                        number(words[9]),
                        Math.max(0, number(words[2])) + Math.max(0, number(words[10])),
                        Math.max(0, number(words[3])) + Math.max(0, number(words[11]))));
    }

    /** What {@code systemctl list-units} prints: those of interest, and those that failed. */
    static List<Service> services(String text) {
        return text.lines()
                .map(ProcText::words)
                .filter(words -> words.length >= 4)
                .filter(words ->
                        words[2].equals("failed")
                                || (OF_INTEREST.contains(words[0]) && words[1].equals("loaded")))
                .limit(MOST_SERVICES)
                .map(words ->
                        new Service(
                                Quoted.word(words[0]),
                                Quoted.word(words[2]),
                                Quoted.word(words[3])))
                .toList();
    }

    /** The modules of {@code /proc/modules} that have to do with vsock. */
    static List<String> vsockModules(String text) {
        return text.lines()
                .map(line -> words(line)[0])
                .filter(name -> name.contains("vsock"))
                .map(Quoted::word)
                .limit(16)
                .sorted()
                .toList();
    }
}
