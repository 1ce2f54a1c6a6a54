package dev.culvert.tools;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.culvert.io.Quoted;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A directory by a directory stream of the JDK, which calls {@code openat}, {@code fstatat}, {@code
 * unlinkat} and {@code renameat}: the second-best, for systems other than Linux.
 *
 * <p>Paths are opened name by name. What it cannot do as well as {@link KernelFolder}:
 *
 * <ul>
 *   <li>A stream makes no directories. They are made beneath the tools' directory by its path,
 *       under a name that nobody knows, and moved to their place by descriptor.
 *   <li>A file is looked at before it is opened, and not again after. Who puts a named pipe in its
 *       place in that moment holds the call up; it leads nobody out.
 *   <li>The directory itself must be readable, not only passable.
 * </ul>
 */
/*
 * Disks of macOS find a name also in another case. The policy has judged the path as it is spelled, so that a name
 * which the directory does not have in this spelling is refused.
 */
final class StreamFolder implements Folder {
    private static final Set<PosixFilePermission> FILE_MODE =
            PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> DIRECTORY_MODE =
            PosixFilePermissions.fromString("rwxr-xr-x");

    /* In the order of the bits, from the highest. */
    private static final PosixFilePermission[] ALL = PosixFilePermission.values();
    private static final int HIGHEST = 0400;

    /** The tools' directory. */
    private record Root(Path place, SecureDirectoryStream<Path> stream) {}

    private final Root root;
    private final SecureDirectoryStream<Path> stream;

    private StreamFolder(Root root, SecureDirectoryStream<Path> stream) {
        this.root = root;
        this.stream = stream;
    }

    /** Opens a directory, following symbolic links: it is configured. */
    @SuppressWarnings("StreamResourceLeak") // the folder closes it
    static StreamFolder at(Path place) throws IOException {
        try {
            return of(place, make("open", () -> Files.newDirectoryStream(place)));
        } catch (KernelException e) {
            throw new IOException(place + " " + e.clause(), e);
        }
    }

    /**
     * @param stream of {@code place}; becomes the folder's, and is closed if it does not do
     */
    static StreamFolder of(Path place, DirectoryStream<Path> stream) throws IOException {
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return new StreamFolder(new Root(place, secure), secure);
        }
        stream.close();
        throw new NoOpenerException(
                "Java cannot open files by their directory here (SecureDirectoryStream), so that"
                        + " tools could be led out of "
                        + Quoted.word(place.toString()));
    }

    /** A step of the JDK's. */
    private interface Step<T> {
        T take() throws IOException, KernelException;
    }

    private static <T> T make(String call, Step<T> step) throws KernelException {
        try {
            return step.take();
        } catch (NoSuchFileException _) {
            throw new KernelException(call, Errno.ENOENT);
        } catch (FileAlreadyExistsException _) {
            throw new KernelException(call, Errno.EEXIST);
        } catch (AccessDeniedException _) {
            throw new KernelException(call, Errno.EACCES);
        } catch (NotDirectoryException _) {
            throw new KernelException(call, Errno.ENOTDIR);
        } catch (FileSystemException e) {
            throw new KernelException(call, cannotBeUsed(e.getReason(), e));
        } catch (IOException e) {
            throw new KernelException(call, cannotBeUsed(e.getMessage(), e));
        }
    }

    private static String cannotBeUsed(@Nullable String why, IOException e) {
        String told = why == null ? e.getClass().getSimpleName() : why;
        return "cannot be used (" + Quoted.sentence(told) + ")";
    }

    private Path named(String name) throws KernelException {
        try {
            return root.place.getFileSystem().getPath(name);
        } catch (InvalidPathException _) {
            throw new KernelException(
                    "open", "has a name that this process's locale cannot spell (LANG)");
        }
    }

    @Override
    public Folder folder(WorkPath path) throws KernelException {
        StreamFolder at = step(".");
        for (String name : path.names()) {
            try (StreamFolder above = at) {
                Stat stat = above.stat(name);
                if (!stat.isDirectory()) {
                    int why = stat.isSymbolicLink() ? Errno.ELOOP : Errno.ENOTDIR;
                    throw new KernelException("openat", why);
                }
                at = above.step(name);
            }
        }
        return at;
    }

    private StreamFolder step(String name) throws KernelException {
        Path path = named(name);
        return new StreamFolder(
                root, make("openat", () -> stream.newDirectoryStream(path, NOFOLLOW_LINKS)));
    }

    @Override
    public Stat stat(String name) throws KernelException {
        Path path = named(name);
        Stat stat = statOf(path);
        if (!isSpelledSo(path)) {
            throw new KernelException(
                    "readdir",
                    "is spelled otherwise in its directory, on a disk that ignores case; give the"
                            + " name as list_dir shows it");
        }
        return stat;
    }

    private Stat statOf(Path name) throws KernelException {
        PosixFileAttributes its =
                make(
                        "fstatat",
                        () ->
                                stream.getFileAttributeView(
                                                name, PosixFileAttributeView.class, NOFOLLOW_LINKS)
                                        .readAttributes());
        int kind =
                its.isSymbolicLink()
                        ? Stat.SYMBOLIC_LINK
                        : its.isDirectory()
                                ? Stat.DIRECTORY
                                : its.isRegularFile() ? Stat.REGULAR : 0;
        int permissions = 0;
        for (int i = 0; i < ALL.length; i++) {
            permissions |= its.permissions().contains(ALL[i]) ? HIGHEST >> i : 0;
        }
        return new Stat(kind | permissions, its.size());
    }

    private static Set<PosixFilePermission> permissions(int bits) {
        Set<PosixFilePermission> found = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < ALL.length; i++) {
            if ((bits & HIGHEST >> i) != 0) {
                found.add(ALL[i]);
            }
        }
        return found;
    }

    private boolean isSpelledSo(Path name) throws KernelException {
        return make(
                "readdir",
                () -> {
                    try (StreamFolder all = step(".")) {
                        for (Path it : all.stream) {
                            if (name.equals(it.getFileName())) {
                                return true;
                            }
                        }
                        return false;
                    } catch (DirectoryIteratorException e) {
                        throw e.getCause();
                    }
                });
    }

    @Override
    public Content open(String name, Look mustBe) throws KernelException, ToolException {
        mustBe.at(stat(name));
        Path path = named(name);
        return new OpenFile(
                make("openat", () -> stream.newByteChannel(path, Set.of(READ, NOFOLLOW_LINKS))));
    }

    private record OpenFile(SeekableByteChannel channel) implements Content {
        @Override
        public int read(byte[] piece, long position) throws KernelException {
            return make("read", () -> channel.position(position).read(ByteBuffer.wrap(piece)));
        }

        @Override
        public void close() {
            closeQuietly(channel);
        }
    }

    private static void closeQuietly(Closeable open) {
        try {
            open.close();
        } catch (IOException _) {
            // the descriptor is free all the same
        }
    }

    @Override
    public void create(String name, byte[] content, int permissions) throws KernelException {
        Path path = named(name);
        Set<PosixFilePermission> wanted = permissions(permissions);
        make(
                "write",
                () -> {
                    try (SeekableByteChannel file =
                            stream.newByteChannel(
                                    path,
                                    Set.of(WRITE, CREATE_NEW, NOFOLLOW_LINKS),
                                    PosixFilePermissions.asFileAttribute(FILE_MODE))) {
                        ByteBuffer left = ByteBuffer.wrap(content);
                        while (left.hasRemaining()) {
                            file.write(left);
                        }
                        if (!wanted.equals(FILE_MODE)) {
                            stream.getFileAttributeView(
                                            path, PosixFileAttributeView.class, NOFOLLOW_LINKS)
                                    .setPermissions(wanted);
                        }
                        if (file instanceof FileChannel channel) {
                            channel.force(true);
                        }
                        return content;
                    }
                });
    }

    @Override
    public void rename(String from, String to) throws KernelException {
        move(stream, named(from), named(to));
    }

    private void move(SecureDirectoryStream<Path> above, Path from, Path to)
            throws KernelException {
        make(
                "renameat",
                () -> {
                    above.move(from, stream, to);
                    return to;
                });
    }

    @Override
    public void remove(String name) throws KernelException {
        Path path = named(name);
        make(
                "unlinkat",
                () -> {
                    stream.deleteFile(path);
                    return path;
                });
    }

    /* An empty directory that is there already is replaced, as renameat does it. */
    @Override
    public void makeFolder(String name) throws KernelException {
        Path fresh = named(fresh());
        mustBeInItsPlace();
        make(
                "mkdir",
                () ->
                        Files.createDirectory(
                                root.place.resolve(fresh),
                                PosixFilePermissions.asFileAttribute(DIRECTORY_MODE)));
        boolean moved = false;
        try {
            move(root.stream, fresh, named(name));
            moved = true;
        } catch (KernelException e) {
            if (!statOf(named(name)).isDirectory()) {
                throw e;
            }
        } finally {
            if (!moved) {
                closeQuietly(() -> root.stream.deleteDirectory(fresh));
            }
        }
    }

    private static String fresh() {
        return ".culvert-"
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong())
                + ".tmp";
    }

    /** Its path must still lead to the directory that was opened. */
    private void mustBeInItsPlace() throws KernelException {
        boolean isThere =
                make(
                        "fstat",
                        () -> {
                            BasicFileAttributeView open =
                                    root.stream.getFileAttributeView(BasicFileAttributeView.class);
                            BasicFileAttributeView now =
                                    Files.getFileAttributeView(
                                            root.place, BasicFileAttributeView.class);
                            Object key = open.readAttributes().fileKey();
                            return key != null && key.equals(now.readAttributes().fileKey());
                        });
        if (!isThere) {
            throw new KernelException(
                    "mkdir", "cannot be made: the tools' directory was moved or replaced");
        }
    }

    @Override
    public Entries list(int most) throws KernelException {
        return make(
                "readdir",
                () -> {
                    List<Entry> found = new ArrayList<>();
                    try (StreamFolder all = step(".")) {
                        for (Path it : all.stream) {
                            if (found.size() == most) {
                                return new Entries(found, true);
                            }
                            look(it.getFileName(), found);
                        }
                    } catch (DirectoryIteratorException e) {
                        throw e.getCause();
                    }
                    return new Entries(found, false);
                });
    }

    private void look(Path name, List<Entry> found) throws KernelException {
        String spelled = name.toString();
        try {
            if (named(spelled).equals(name)) { // it is not if the name is not Unicode
                found.add(new Entry(spelled, statOf(name)));
            }
        } catch (KernelException e) {
            if (e.errno() != Errno.ENOENT) { // it was removed meanwhile
                throw e;
            }
        }
    }

    @Override
    public void close() {
        closeQuietly(stream);
    }
}
