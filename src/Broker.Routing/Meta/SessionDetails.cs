using System.Text;
using Broker.Serialization;
using Broker.Sessions;

namespace Broker.Meta;

/// <summary>Who a session is: <c>{session, authid, authrole, authmethod, authprovider}</c>.</summary>
internal readonly struct SessionDetails(Session session) : IEncodable
{
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var identity = session.Identity;
        writer.WriteDictStart(5);
        writer.WriteKey("session"u8);
        writer.WriteInteger(session.Id);
        writer.WriteKey("authid"u8);
        writer.WriteString(Encoding.UTF8.GetBytes(identity.AuthId));
        writer.WriteKey("authrole"u8);
        writer.WriteString(Encoding.UTF8.GetBytes(identity.AuthRole));
        writer.WriteKey("authmethod"u8);
        writer.WriteString(Encoding.UTF8.GetBytes(identity.AuthMethod));
        writer.WriteKey("authprovider"u8);
        writer.WriteString(Encoding.UTF8.GetBytes(identity.AuthProvider));
        writer.WriteDictEnd();
    }
}
