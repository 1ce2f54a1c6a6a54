package dev.culvert.tools;

import java.util.List;

/**
 * An open directory: the tools' own, or one beneath it. Whatever is done to a name in it is done by
 * the open directory, and no symbolic link is followed. Safe for all threads.
 */
sealed interface Folder extends AutoCloseable permits KernelFolder, StreamFolder {
    /** An open file. */
    interface Content extends AutoCloseable {
        /** Returns how many bytes from {@code position} on were read; not positive at the end. */
        int read(byte[] piece, long position) throws KernelException;

        @Override
        void close();
    }

    /** One name in a directory. */
    record Entry(String name, Stat stat) {}

    /**
     * Some of what is in a directory.
     *
     * @param more whether there were more than were asked for
     */
    record Entries(List<Entry> entries, boolean more) {
        public Entries {
            entries = List.copyOf(entries);
        }
    }

    /** A directory beneath this one, or this one once more; the caller closes it. */
    Folder folder(WorkPath path) throws KernelException;

    /** Of the name itself if it is a symbolic link. */
    Stat stat(String name) throws KernelException;

    /** Opens a file that {@code mustBe} lets pass. */
    /* It looks before the file is opened, because opening a device may do something; and once more after, where the
     * system can tell it. */
    Content open(String name, Look mustBe) throws KernelException, ToolException;

    /** Refuses what is not wanted. */
    interface Look {
        void at(Stat stat) throws ToolException;
    }

    /** Makes a file, which must not exist, and brings it to the disk. */
    void create(String name, byte[] content, int permissions) throws KernelException;

    void rename(String from, String to) throws KernelException;

    void remove(String name) throws KernelException;

    /** Makes a directory; it may exist. */
    void makeFolder(String name) throws KernelException;

    /** At most {@code most} entries, in no order. */
    Entries list(int most) throws KernelException;

    @Override
    void close();
}
