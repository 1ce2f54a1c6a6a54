package dev.culvert.daemon.previews;

class MemoryPreviewsTest implements PreviewStoreContract {
    private final MemoryPreviews store = new MemoryPreviews();

    @Override
    public PreviewStore open() {
        return store;
    }
}
