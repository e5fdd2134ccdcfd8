-- SPDX-License-Identifier: MIT
-- A counter without a lock, variables, channels and transactions by threads of
-- the runtime's and of the system's: who comes when.
import Control.Concurrent
import Control.Exception
import Control.Monad
import Data.IORef

main :: IO ()
main = do
  setNumCapabilities 4
  trace <- newMVar ([] :: [(Int, Int)])
  counter <- newIORef (0 :: Int)
  todo <- newChan
  ends <- forM [0 .. 7] $ \me -> do
    end <- newEmptyMVar
    let fork = if even me then forkOS else forkIO
    _ <- fork $ flip finally (putMVar end ()) $ do
      forM_ [1 .. 3000 :: Int] $ \_ -> do
        seen <- readIORef counter
        when (seen `mod` 500 == me) yield
        writeIORef counter (seen + 1)
      forM_ [0 .. 9] $ \i -> do
        modifyMVar_ trace (return . ((me, i) :))
        writeChan todo (me, i)
        threadDelay (300 * (i `mod` 3))
    return end
  taken <- replicateM 80 (readChan todo)
  mapM_ takeMVar ends
  readIORef counter >>= print
  readMVar trace >>= print
  print taken
