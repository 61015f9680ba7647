// 接口规范 2.5.2 的 C# 例子，改动尽量少；每处改动旁边写明原因。新程序请用 MpsExample.cs 的写法。
//
//     SpecificationForm 03|01 [码]
using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Runtime.InteropServices;

namespace test
{
    class Program
    {
        [DllImport("mps_client.dll", EntryPoint = "MPS_Call")]
        extern static int MPS_Call(IntPtr req, IntPtr resp);

        int test(string req, ref string resp)
        {
            int ret = -1;

            // 改 1：byte[8192] 代替 char[1024]。一个 char 是两个字节，规范的例子实际有 2048 字节。
            //       内容全是 0，动态库不知道它有多大，按 mps_client.ini 的 capacity（默认 2048）写。
            byte[] buffer = new byte[8192];
            // 改 2：保留句柄，用完释放；规范的例子每调用一次就永远钉住一块内存。
            GCHandle handle = GCHandle.Alloc(buffer, GCHandleType.Pinned);
            // 改 3：StringToHGlobalAnsi 分配的内存也要释放。
            IntPtr request = Marshal.StringToHGlobalAnsi(req);
            try
            {
                ret = MPS_Call(request, handle.AddrOfPinnedObject());
                if (ret == 0)
                {
                    // 改 4：指明 GBK。PtrToStringAnsi 用系统的 ANSI 编码，只在中文 Windows 上是 GBK。
                    resp = Encoding.GetEncoding(936).GetString(buffer, 0, Array.IndexOf(buffer, (byte)0));
                }
            }
            finally
            {
                Marshal.FreeHGlobal(request);
                handle.Free();
            }
            return ret;
        }

        static int Main(string[] args)
        {
            string code = args.Length > 1 ? "<ec_qr_code>" + args[1] + "</ec_qr_code>" : "";
            string req = "<?xml version=\"1.0\" encoding=\"GBK\" ?>" +
                "<request><Header><funid>N04.00.00.01</funid><sign>0000000000000000</sign></Header>" +
                "<Body><mdtrt_cert_type>" + args[0] + "</mdtrt_cert_type>" + code + "</Body></request>";
            string resp = "";
            int ret = new Program().test(req, ref resp);
            Console.WriteLine(resp);
            return ret;
        }
    }
}
