package dev.culvert.io;

import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Changes the levels of loggers while the program runs, by area. An area is a room of Culvert, such
 * as {@code http} or {@code link}, or {@code netty}; {@value #ALL} is every area. Safe for all
 * threads.
 */
/*
 * slf4j-simple has no interface for this, so this class sets the field of each logger that is compared with the level of
 * a line. A wrapper around each logger would do without that, but would not reach Netty's loggers, and a filter behind
 * loggers that pass everything would make every debug line cost its text. Setting a field costs a line that is not
 * logged nothing. If another version of slf4j-simple has no such field, find() is empty; a test notices that first.
 */
public final class LogLevels {
    public static final String ALL = "all";

    private static final String NETTY = "netty";
    private static final List<String> OURS =
            List.of("dev.culvert.", "dev.culvert.daemon.", "dev.culvert.guest.");
    private static final String PROPERTY = "org.slf4j.simpleLogger.log.";
    private static final Pattern AREA =
            Pattern.compile("dev\\.culvert\\.(?:daemon\\.|guest\\.)?([a-z0-9]+)\\b.*");

    private final ConcurrentMap<String, Logger> loggers;
    private final Field field;
    private final Level atStart;
    private final Map<String, Level> changed = new TreeMap<>();
    private final Set<String> everChanged = new TreeSet<>();

    private LogLevels(ConcurrentMap<String, Logger> loggers, Field field, Level atStart) {
        this.loggers = loggers;
        this.field = field;
        this.atStart = atStart;
    }

    /** The loggers of this process, at their levels; empty if they are not slf4j-simple's. */
    @SuppressWarnings("unchecked") // the type of slf4j-simple's field
    public static Optional<LogLevels> find() {
        Object factory = LoggerFactory.getILoggerFactory();
        Logger logger = LoggerFactory.getLogger(LogLevels.class);
        try {
            Field map = factory.getClass().getDeclaredField("loggerMap");
            Field field = logger.getClass().getDeclaredField("currentLogLevel");
            map.setAccessible(true);
            field.setAccessible(true);
            Level atStart = Level.intToLevel(field.getInt(logger));
            field.setInt(logger, atStart.toInt());
            return Optional.of(
                    new LogLevels(
                            (ConcurrentMap<String, Logger>) map.get(factory), field, atStart));
        } catch (ReflectiveOperationException | RuntimeException e) {
            logger.debug("levels cannot be changed: {}", e.toString());
            return Optional.empty();
        }
    }

    /** The areas that there are. */
    public synchronized SortedSet<String> areas() {
        SortedSet<String> areas = new TreeSet<>();
        areas.add(NETTY);
        loggers.keySet().forEach(name -> add(name, areas));
        Arrays.stream(Package.getPackages()).forEach(it -> add(it.getName(), areas));
        return areas;
    }

    private static void add(String name, Set<String> areas) {
        Matcher area = AREA.matcher(name);
        if (area.matches()) {
            areas.add(area.group(1));
        }
    }

    /** Sets the level of an area, also of its loggers that are still to come. */
    public synchronized void set(String area, Level level) {
        if (area.equals(ALL)) {
            changed.clear();
        }
        changed.put(area, level);
        everChanged.add(area);
        apply();
    }

    /** Gives an area the level that it had at the start, or that all areas were given. */
    public synchronized void reset(String area) {
        changed.remove(area);
        apply();
    }

    /** The level of everything that is not in {@link #changed}. */
    public synchronized Level general() {
        return changed.getOrDefault(ALL, atStart);
    }

    /** The areas whose level was changed, {@value #ALL} among them. */
    public synchronized Map<String, Level> changed() {
        return new TreeMap<>(changed);
    }

    private void apply() {
        // Loggers that are made later look for a level by their name up to each dot.
        System.setProperty(PROPERTY + "dev.culvert", general().name());
        System.setProperty(PROPERTY + "io.netty", of(NETTY).name());
        for (String area : everChanged) {
            OURS.forEach(it -> System.setProperty(PROPERTY + it + area, of(area).name()));
        }
        loggers.forEach((name, logger) -> set(logger, of(area(name))));
    }

    private void set(Logger logger, Level level) {
        try {
            field.setInt(logger, level.toInt());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("the field was accessible before", e);
        }
    }

    private Level of(@Nullable String area) {
        Level own = area == null ? null : changed.get(area);
        return own == null ? general() : own;
    }

    private static @Nullable String area(String name) {
        if (name.startsWith("io.netty.")) {
            return NETTY;
        }
        Matcher area = AREA.matcher(name);
        return area.matches() ? area.group(1) : null;
    }
}
