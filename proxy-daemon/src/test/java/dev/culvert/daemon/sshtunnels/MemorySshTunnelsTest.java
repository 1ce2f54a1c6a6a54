package dev.culvert.daemon.sshtunnels;

class MemorySshTunnelsTest implements SshTunnelStoreContract {
    private final SshTunnelStore store = new MemorySshTunnels();

    @Override
    public SshTunnelStore store() {
        return store;
    }
}
