package dev.culvert.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Paths with wildcards: {@code *} stands for any characters of one name, and a name {@code **} for
 * any number of names. A relative one is of paths below the project's folder.
 *
 * @param outside whether it is of paths outside of that folder too
 * @param anyCase whether capitals and small letters are the same; then the names are folded
 * @param names of the path, the last one {@code **} where all that is below matches too
 */
record PathGlob(boolean absolute, boolean outside, boolean anyCase, List<String> names) {
    private static final String ANY = "**";
    private static final int MAX_LENGTH = 1_024;
    private static final int MAX_NAMES = 64;

    PathGlob {
        names = List.copyOf(names);
    }

    /**
     * What a rule allows: the path, and all that is below it if it ends in a name without a
     * wildcard.
     */
    static PathGlob allowing(String text) {
        PathGlob glob = parsed(text);
        boolean isExact = !glob.names.isEmpty() && Glob.hasWildcard(glob.names.getLast());
        return isExact ? glob : glob.withAllBelow();
    }

    /**
     * What a rule denies: the path, and all that is below it. One that begins with {@code **} is of
     * paths outside of the project's folder too.
     */
    static PathGlob blocking(String text) {
        PathGlob glob = parsed(text);
        boolean anywhere = !glob.names.isEmpty() && glob.names.getFirst().equals(ANY);
        return new PathGlob(glob.absolute, anywhere, false, glob.names).withAllBelow();
    }

    /** The same for file systems that do not tell capitals from small letters. */
    PathGlob inAnyCase() {
        return new PathGlob(absolute, outside, true, names.stream().map(PathGlob::folded).toList());
    }

    /* Some characters, such as the long s, are capitals' small letters only this way round. */
    private static String folded(String name) {
        return name.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }

    private static PathGlob parsed(String text) {
        if (text.isBlank() || text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "it has " + text.length() + " characters: a path has 1 to " + MAX_LENGTH);
        }
        if (text.startsWith("~")) {
            throw new IllegalArgumentException(
                    "it begins with ~, which only a shell knows: write the whole path");
        }
        List<String> names =
                Arrays.stream(text.split("/", -1))
                        .filter(name -> !name.isEmpty() && !name.equals("."))
                        .toList();
        if (names.contains("..")) {
            throw new IllegalArgumentException(
                    "it contains '..': write a path below the project's folder, or a whole path");
        }
        if (names.size() > MAX_NAMES || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "it is no path: that has at most " + MAX_NAMES + " names, and no NUL");
        }
        return new PathGlob(text.startsWith("/"), false, false, names);
    }

    private PathGlob withAllBelow() {
        if (!names.isEmpty() && names.getLast().equals(ANY)) {
            return this;
        }
        List<String> below = new ArrayList<>(names);
        below.add(ANY);
        return new PathGlob(absolute, outside, anyCase, below);
    }

    /** Whether it is of this normalised path. */
    boolean matches(String path) {
        boolean isAbsolute = path.startsWith("/");
        boolean isOutside = isAbsolute || path.equals("..") || path.startsWith("../");
        boolean isMine = outside || (absolute ? isAbsolute : !isOutside);
        return isMine
                && matches(path.equals(".") ? List.of() : names(anyCase ? folded(path) : path));
    }

    /** A path that it matches. */
    String example() {
        String path =
                names.stream()
                        .filter(name -> !name.equals(ANY))
                        .map(name -> name.replace('*', 'x'))
                        .collect(Collectors.joining("/"));
        return absolute ? "/" + path : path;
    }

    private static List<String> names(String path) {
        return Arrays.stream(path.split("/")).filter(name -> !name.isEmpty()).toList();
    }

    /* As Glob does it, with names for characters: the last ** is the only place to go back to. */
    private boolean matches(List<String> path) {
        int g = 0;
        int star = -1;
        int resume = 0;
        int p = 0;
        while (p < path.size()) {
            if (g < names.size() && names.get(g).equals(ANY)) {
                star = g++;
                resume = p;
            } else if (g < names.size() && Glob.matches(names.get(g), path.get(p))) {
                g++;
                p++;
            } else if (star >= 0) {
                g = star + 1;
                p = ++resume;
            } else {
                return false;
            }
        }
        while (g < names.size() && names.get(g).equals(ANY)) {
            g++;
        }
        return g == names.size();
    }

    /** Whether it matches all that the other does, as far as that is easy to see. */
    boolean covers(PathGlob other) {
        boolean isOfFewer = anyCase != other.anyCase || (other.outside && !outside);
        if (absolute != other.absolute || isOfFewer) {
            return false;
        }
        boolean everything = names.equals(List.of(ANY));
        boolean isBelow =
                !names.isEmpty()
                        && names.getLast().equals(ANY)
                        && other.names.size() >= names.size() - 1
                        && names.stream().limit(names.size() - 1L).noneMatch(Glob::hasWildcard)
                        && other.names
                                .subList(0, names.size() - 1)
                                .equals(names.subList(0, names.size() - 1));
        return everything || isBelow || names.equals(other.names);
    }

    @Override
    public String toString() {
        return (absolute ? "/" : "") + String.join("/", names);
    }
}
