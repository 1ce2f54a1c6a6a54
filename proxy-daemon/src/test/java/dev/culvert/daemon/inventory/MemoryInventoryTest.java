package dev.culvert.daemon.inventory;

class MemoryInventoryTest implements InventoryStoreContract {
    private final InventoryStore store = new MemoryInventory();

    @Override
    public InventoryStore open() {
        return store;
    }
}
